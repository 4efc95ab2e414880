/** What has to be known of a machine to tell whether the server's engine runs on it. */
export interface Platform {
  readonly nodeVersion: string;
  /** Name and version of what runs the program when it is no Node.js but says that it is compatible: `bun 1.2.3`. */
  readonly otherRuntime: string | undefined;
  readonly platform: string;
  readonly arch: string;
  /** On Linux; `undefined` when the C library is not glibc. */
  readonly glibcVersion: string | undefined;
}

/** Describes this machine. */
export function thisPlatform(): Platform {
  const { versions, platform, arch } = process;
  const other = otherRuntimes.find((name) => versions[name] !== undefined);
  return {
    nodeVersion: versions.node,
    otherRuntime: other === undefined ? undefined : `${other} ${versions[other]}`,
    platform,
    arch,
    glibcVersion: readGlibcVersion(),
  };
}

/** One sentence that says why Clarion cannot run here, or `undefined` when it can. */
export function whyUnsupported({ nodeVersion, otherRuntime, platform, arch, glibcVersion }: Platform): string | undefined {
  if (otherRuntime !== undefined) return `Clarion runs on Node.js, for which its engine is built; this is ${otherRuntime}.`;
  const [major = 0, minor = 0] = numbersOf(nodeVersion);
  if (!nodeLines.some((line) => major === line.major && minor >= line.minor)) {
    return `Clarion needs Node.js 20.19 or later in line 20, or 22.12 or later in line 22; this is ${nodeVersion}.`;
  }
  const architectures = builds.get(platform);
  if (architectures === undefined) return `Clarion runs on Linux, macOS and Windows; this is ${platform}.`;
  if (!architectures.includes(arch)) {
    return `Clarion runs on processors of type ${architectures.join(' and ')} with this system; this is ${arch}.`;
  }
  return platform === 'linux' ? whyNoGlibc(glibcVersion) : undefined;
}

/** Runtimes that claim a version of Node.js but do not load addons that were built for it. */
const otherRuntimes: readonly string[] = ['bun', 'deno', 'electron'];
const nodeLines = [
  { major: 20, minor: 19 },
  { major: 22, minor: 12 },
];
/** What the engine is built for. */
const builds: ReadonlyMap<string, readonly string[]> = new Map([
  ['linux', ['x64', 'arm64']],
  ['darwin', ['x64', 'arm64']],
  ['win32', ['x64']],
]);

function whyNoGlibc(version: string | undefined): string | undefined {
  if (version === undefined) return 'Clarion needs a Linux with glibc, such as Debian or Ubuntu; this one has another C library (Alpine has musl).';
  const [major = 0, minor = 0] = numbersOf(version);
  return major > 2 || (major === 2 && minor >= 27) ? undefined : `Clarion needs glibc 2.27 or later; this is ${version}.`;
}

function numbersOf(version: string): readonly number[] {
  return version.split('.').map(Number);
}

function readGlibcVersion(): string | undefined {
  if (process.platform !== 'linux' || process.report === undefined) return undefined;
  const report = process.report.getReport() as { readonly header?: { readonly glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime;
}
