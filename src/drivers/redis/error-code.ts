/**
 * The code with which Redis begins an error: `READONLY`, `OOM`. Redis 6 wraps what a command inside a script was answered:
 * `ERR Error running script (call to f_…): @user_script:1: @user_script: 1: -READONLY …`.
 */
export function errorCode({ message }: Error): string {
  return wrapped.exec(message)?.[1] ?? message.split(' ', 1)[0] ?? '';
}

const wrapped = /^ERR Error running script .*?: -([A-Z]+) /;
