import { describe, expect, it } from 'vitest';
import { errorCode } from './error-code.ts';

describe('the code of an error', () => {
  it.each([
    ['a command', "READONLY You can't write against a read only replica."],
    ['a script of Redis 7', "READONLY You can't write against a read only replica. script: 73bc, on @user_script:2."],
    [
      'a script of Redis 6',
      "ERR Error running script (call to f_73bc): @user_script:2: @user_script: 2: -READONLY You can't write against a read only replica.",
    ],
  ])('is found in what %s is answered', (_, message) => {
    expect(errorCode(new Error(message))).toBe('READONLY');
  });

  it('is ERR where the script itself is at fault', () => {
    const message = "ERR Error running script (call to f_73bc): @user_script:2: user_script:2: attempt to index global 'x'";
    expect(errorCode(new Error(message))).toBe('ERR');
  });

  it('is empty where there is no message', () => {
    expect(errorCode(new Error())).toBe('');
  });
});
