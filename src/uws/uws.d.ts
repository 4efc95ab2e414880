import 'uWebSockets.js';

// The package exports these values, but declares them as types only or not at all.
declare module 'uWebSockets.js' {
  export const LIBUS_LISTEN_EXCLUSIVE_PORT: number;
}
