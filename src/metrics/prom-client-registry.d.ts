// The one part of prom-client that is used: by its own path, because its front door loads 60 more files, OpenTelemetry's API
// among them, which is a tenth of a whole one-shot (measured with prom-client 15.1.3).

declare module 'prom-client/lib/registry.js' {
  export default class Registry {
    /** One that was counted elsewhere: `get` answers with its values. */
    registerMetric(metric: { readonly name: string; readonly get: () => unknown }): void
    /** The text exposition format, version 0.0.4. */
    metrics(): Promise<string>
  }
}
