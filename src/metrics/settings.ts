/** Where and how metrics are shown. */
export interface MetricsSettings {
  readonly enabled: boolean;
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Another server whose names are shown beside ours. */
  readonly compat?: 'soketi';
}
