/** A static server of dist/ with the two headers without which a browser gives no threads. */

import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { WEB_DEMO } from "./site.js";

const DIST = join(WEB_DEMO, "dist");

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".webmanifest": "application/manifest+json",
  ".wasm": "application/wasm",
  ".tflite": "application/octet-stream",
};

const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/**
 * Serves a folder on this machine only.
 *
 * @param {object} [options]
 * @param {string} [options.root] the folder.
 * @param {number} [options.port] 0 takes a free one.
 * @param {boolean} [options.isolated] false leaves the two headers out, as plain servers do.
 * @returns {Promise<{url: string, close: () => Promise<void>}>}
 */
export function serve({ root = DIST, port = 8000, isolated = true } = {}) {
  const headers = {
    ...(isolated ? ISOLATION : {}),
    "Cache-Control": "no-cache", // the service worker keeps what it needs
  };
  const server = createServer(async (request, response) => {
    const file = fileOf(root, request.url);
    try {
      const bytes = await readFile(file);
      response.writeHead(200, { ...headers, "Content-Type": TYPES[extname(file)] ?? "text/plain" });
      response.end(bytes);
    } catch {
      response.writeHead(404, { "Content-Type": "text/plain" }).end("not found");
    }
  });
  const close = () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () =>
      resolve({ url: `http://127.0.0.1:${server.address().port}/`, close }),
    );
  });
}

function fileOf(root, url) {
  let path;
  try {
    path = decodeURIComponent(new URL(url, "http://site/").pathname);
  } catch {
    return ""; // no such file: not found
  }
  const file = normalize(join(root, path.endsWith("/") ? `${path}index.html` : path));
  return file.startsWith(normalize(root) + sep) && !file.includes("\0") ? file : "";
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const port = Number(process.argv[2] ?? 8000);
  try {
    if (!existsSync(DIST)) throw new Error("there is no dist/ yet: npm run build");
    const { url } = await serve({ port });
    console.log(`serving dist/ at ${url} (Ctrl-C ends it)`);
  } catch (error) {
    const taken = error.code === "EADDRINUSE";
    console.error(taken ? `port ${port} is taken: npm run serve -- PORT` : error.message);
    process.exitCode = 1;
  }
}
