/** What has to be known of a machine to tell whether the server's engine runs on it. */
export interface Platform {
  readonly nodeVersion: string;
  readonly platform: string;
  readonly arch: string;
  /** On Linux; `undefined` when the C library is not glibc. */
  readonly glibcVersion: string | undefined;
}

/** Describes this machine. */
export function thisPlatform(): Platform {
  return { nodeVersion: process.versions.node, platform: process.platform, arch: process.arch, glibcVersion: readGlibcVersion() };
}

/** One sentence that says why Clarion cannot run here, or `undefined` when it can. */
export function whyUnsupported({ nodeVersion, platform, arch, glibcVersion }: Platform): string | undefined {
  const [major = 0, minor = 0] = numbersOf(nodeVersion);
  if (!nodeLines.some((line) => major === line.major && minor >= line.minor)) {
    return `Clarion needs Node.js 20.19 or later in line 20, or 22.12 or later in line 22; this is ${nodeVersion}.`;
  }
  if (!platforms.includes(platform)) return `Clarion runs on Linux, macOS and Windows; this is ${platform}.`;
  if (!architectures.includes(arch)) return `Clarion runs on processors of type x64 and arm64; this is ${arch}.`;
  if (platform !== 'linux') return undefined;
  if (glibcVersion === undefined)
    return 'Clarion needs a Linux with glibc, such as Debian or Ubuntu; this one has another C library (Alpine has musl).';
  const [glibcMajor = 0, glibcMinor = 0] = numbersOf(glibcVersion);
  if (glibcMajor > 2 || (glibcMajor === 2 && glibcMinor >= 27)) return undefined;
  return `Clarion needs glibc 2.27 or later; this is ${glibcVersion}.`;
}

const nodeLines = [
  { major: 20, minor: 19 },
  { major: 22, minor: 12 },
];
const platforms: readonly string[] = ['linux', 'darwin', 'win32'];
const architectures: readonly string[] = ['x64', 'arm64'];

function numbersOf(version: string): readonly number[] {
  return version.split('.').map(Number);
}

function readGlibcVersion(): string | undefined {
  if (process.platform !== 'linux' || process.report === undefined) return undefined;
  const report = process.report.getReport() as { readonly header?: { readonly glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime;
}
