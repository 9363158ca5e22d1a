import { Agent as HttpAgent, type Agent } from 'node:http';
import { Agent as HttpsAgent, type AgentOptions } from 'node:https';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';
import { isLoopback } from './loopback.js';

/** The agent that goes through the proxy that the environment names for this URL; undefined: go there directly. */
export function agentFor(url: URL): Agent | undefined {
  const proxy = getProxyForUrl(url.href);
  return proxy === '' ? undefined : proxyAgent(proxy, url);
}

/**
 * The same with certificates and connections of its own: to keep for all requests to that origin. This machine itself is
 * never behind the proxy: so docker, podman and skopeo have it.
 */
export function ownAgent(url: URL, options: AgentOptions): Agent {
  const proxy = isLoopback(url.host) ? '' : getProxyForUrl(url.href);
  if (proxy === '') return url.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options);
  const agent = proxyAgent(proxy, url);
  // The proxy agents' constructors take options for the way to the proxy; these are for what lies behind it.
  Object.assign(agent.options, options);
  return agent;
}

function proxyAgent(proxy: string, url: URL): HttpsProxyAgent<string> | HttpProxyAgent<string> {
  return url.protocol === 'https:' ? new HttpsProxyAgent(proxy) : new HttpProxyAgent(proxy);
}
