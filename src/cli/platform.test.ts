import { expect, it } from 'vitest';
import { thisPlatform, whyUnsupported } from './platform.ts';

const debian = { nodeVersion: '22.12.0', otherRuntime: undefined, platform: 'linux', arch: 'x64', glibcVersion: '2.36' };

it.each([
  debian,
  { ...debian, nodeVersion: '20.19.0' },
  { ...debian, nodeVersion: '22.21.1', arch: 'arm64' },
  { ...debian, glibcVersion: '2.27' },
  { ...debian, platform: 'darwin', glibcVersion: undefined },
  { ...debian, platform: 'win32', glibcVersion: undefined },
  thisPlatform(),
])('runs on %j', (platform) => {
  expect(whyUnsupported(platform)).toBeUndefined();
});

it.each([
  [{ ...debian, nodeVersion: '18.20.0' }, 'this is 18.20.0'],
  [{ ...debian, nodeVersion: '20.18.3' }, 'this is 20.18.3'],
  [{ ...debian, nodeVersion: '21.7.0' }, 'this is 21.7.0'],
  [{ ...debian, nodeVersion: '22.11.0' }, 'this is 22.11.0'],
  [{ ...debian, nodeVersion: '24.1.0' }, 'this is 24.1.0'],
  [{ ...debian, platform: 'freebsd' }, 'this is freebsd'],
  [{ ...debian, arch: 'ia32' }, 'this is ia32'],
  [{ ...debian, platform: 'win32', arch: 'arm64' }, 'type x64 with this system; this is arm64'],
  [{ ...debian, otherRuntime: 'bun 1.2.3' }, 'this is bun 1.2.3'],
  [{ ...debian, glibcVersion: undefined }, 'glibc'],
  [{ ...debian, glibcVersion: '2.17' }, 'glibc 2.27 or later'],
])('refuses %j in one sentence', (platform, part) => {
  const reason = whyUnsupported(platform);
  expect(reason).toContain(part);
  expect(reason).toMatch(/^Clarion [^\n]+\.$/);
});
