package main

import (
	"context"

	"github.com/hashicorp/terraform-plugin-sdk/v2/diag"
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	"github.com/keycloak/terraform-provider-keycloak/provider"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	sdkv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
)

// The version of the pulumi-keycloak SDK that this plugin serves.
const version = "6.14.1"

// Resources are `keycloak_<module>_<name>` upstream; what starts with none of these is in the module "index".
var modules = []string{"openid_", "saml_", "oidc_", "ldap_", "authentication_"}

func providerInfo() tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		P:              sdkv2.NewProvider(completeProvider()),
		Name:           "keycloak",
		Version:        version,
		ResourcePrefix: "keycloak",
	}
	info.MustComputeTokens(tokens.KnownModules("keycloak_", "index", modules, tokens.MakeStandard("keycloak")))
	info.SetAutonaming(255, "-")
	return info
}

// completeProvider adds what this upstream lacks. Its client has no way to send other requests than its own,
// so the added resources have a connection of their own, from the same configuration. One is enough: Pulumi
// starts a process of this plugin for each provider that a program configures.
func completeProvider() *schema.Provider {
	upstream := provider.KeycloakProvider(nil)
	server := &adminAPI{}
	for name, resource := range map[string]*schema.Resource{
		"keycloak_realm_client_policy_profile":        profileResource(server),
		"keycloak_realm_client_policy_profile_policy": policyResource(server),
	} {
		upstream.ResourcesMap[name] = resource
	}
	for name, newer := range newerResources() {
		newer.extend(server, upstream.ResourcesMap[name])
	}

	configure := withoutServerVersion(upstream.ConfigureContextFunc)
	upstream.ConfigureContextFunc = func(ctx context.Context, data *schema.ResourceData) (any, diag.Diagnostics) {
		client, diagnostics := configure(ctx, data)
		if !diagnostics.HasError() {
			if err := server.configure(data); err != nil {
				diagnostics = diag.FromErr(err)
			}
		}
		return client, diagnostics
	}
	return upstream
}
