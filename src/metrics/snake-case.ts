/** `clientEvents`, `UNKNOWN_APP` and `not-yet-valid` as values of labels: `client_events`, `unknown_app`, `not_yet_valid`. */
export function snakeCase(name: string): string {
  return name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/-/g, '_')
    .toLowerCase();
}
