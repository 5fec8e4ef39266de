import * as pulumi from "@pulumi/pulumi";
import * as flowMcp from "@pulumi/flow-mcp";

const config = new pulumi.Config();

const acme = new flowMcp.McpServerSettings("acme", {
    instance: { server: "https://app.profitbase.biz/flow" },
    tenant: {
        id: "acme",
        workspaces: { "456": { environments: ["production", "test"] } },
        authorizationServer: {
            keycloak: {
                url: config.require("keycloakUrl"),
                realm: { name: "acme-typescript", create: true, deletable: true },
            },
        },
        clients: {
            "nightly-agent": { grant: "client-credentials", access: ["456/production"] },
            desktop: {
                grant: "authorization-code",
                redirectUris: ["http://127.0.0.1/callback"],
                access: ["456/production", "456/test"],
                people: { groups: ["planners"] },
            },
        },
    },
});

export const authority = acme.authority;
export const clientIds = acme.clientIds;
export const settings = acme.settings;
export const clientSecrets = acme.clientSecrets;
