import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { serve } from "../../tools/serve.js";

async function served(t, options) {
  const folder = mkdtempSync(join(tmpdir(), "serve-"));
  mkdirSync(join(folder, "site"));
  writeFileSync(join(folder, "site/index.html"), "the page");
  writeFileSync(join(folder, "site/a.wasm"), "wasm");
  writeFileSync(join(folder, "secret"), "secret");
  const server = await serve({ root: join(folder, "site"), port: 0, ...options });
  t.after(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });
  const { port } = new URL(server.url);
  return (path) =>
    new Promise((resolve, reject) => {
      // Not fetch, which straightens paths before it asks.
      request({ port, path, host: "127.0.0.1" }, (response) => {
        const { statusCode: status, headers } = response;
        let body = "";
        response.on("data", (piece) => (body += piece));
        response.on("end", () => resolve({ status, headers, body }));
      })
        .on("error", reject)
        .end();
    });
}

test("the site is served with the headers for threads, or without", async (t) => {
  const isolated = await (await served(t))("/");
  assert.equal(isolated.body, "the page");
  assert.equal(isolated.headers["cross-origin-opener-policy"], "same-origin");
  assert.equal(isolated.headers["cross-origin-embedder-policy"], "require-corp");
  const plain = await (await served(t, { isolated: false }))("/a.wasm");
  assert.equal(plain.headers["content-type"], "application/wasm");
  assert.equal(plain.headers["cross-origin-embedder-policy"], undefined);
});

test("nothing outside the folder is served, whatever the path", async (t) => {
  const get = await served(t);
  for (const path of [
    "/../secret",
    "/%2e%2e/secret",
    "/..%2fsecret",
    "/x/../../secret",
    "//etc/passwd",
  ]) {
    const { status, body } = await get(path);
    assert.equal(status, 404, path);
    assert.equal(body, "not found");
  }
  for (const path of ["/%", "/%00", "/none", "/site"]) assert.equal((await get(path)).status, 404);
});
