// A program with client credentials that calls the tool with one of two versions of the MCP TypeScript SDK.
// Standard input: {"package", "url", "tool", "credentials", "version"}; standard output: the result of the tool.
import { text } from "node:stream/consumers";

const asked = JSON.parse(await text(process.stdin));

const modules = {
  "@modelcontextprotocol/sdk": ["client/index.js", "client/streamableHttp.js", "client/auth-extensions.js"],
  "@modelcontextprotocol/client": [""],
};
const names = modules[asked.package].map((module) => [asked.package, module].filter(Boolean).join("/"));
const sdk = Object.assign({}, ...(await Promise.all(names.map((name) => import(name)))));

const Provider = asked.credentials.privateKey ? sdk.PrivateKeyJwtProvider : sdk.ClientCredentialsProvider;
const transport = new sdk.StreamableHTTPClientTransport(new URL(asked.url), {
  authProvider: new Provider(asked.credentials),
});
const client = new sdk.Client({ name: "a-program", version: "1" });
try {
  await client.connect(transport);
  console.log(JSON.stringify(await client.callTool({ name: asked.tool })));
} catch (error) {
  console.error(`${error.name}: ${error.message}`);
  process.exitCode = 1;
} finally {
  await client.close();
}
