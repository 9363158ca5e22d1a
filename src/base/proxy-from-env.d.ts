declare module 'proxy-from-env' {
  /** The proxy for a URL by http_proxy, https_proxy, all_proxy and no_proxy of process.env; '' for none. */
  export function getProxyForUrl(url: string): string;
}
