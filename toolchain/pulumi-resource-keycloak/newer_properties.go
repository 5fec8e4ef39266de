package main

import (
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/validation"
)

// newerResources are the resources of this upstream that are used here and have more properties in the official
// plugin, by their names upstream.
func newerResources() map[string]newerResource {
	return map[string]newerResource{
		"keycloak_realm":         newerRealm(),
		"keycloak_openid_client": newerClient(),
		"keycloak_openid_client_scope": {
			properties: []newerProperty{
				// Upstream reads false where Keycloak's default of true applies, and would write that.
				storedIn("attributes", "include_in_token_scope", "include.in.token.scope", on),
				storedIn("attributes", "include_in_openid_provider_metadata", "include.in.openid.provider.metadata", on),
				refused("extra_config", schema.Schema{
					Type: schema.TypeMap, Optional: true, Elem: &schema.Schema{Type: schema.TypeString},
				}),
			},
			path:  func(data *schema.ResourceData) string { return "client-scopes/" + data.Id() },
			realm: "realm_id",
		},
		"keycloak_openid_audience_protocol_mapper": {
			properties: []newerProperty{
				storedIn("config", "add_to_token_introspection", "introspection.token.claim", on),
			},
			path: func(data *schema.ResourceData) string {
				owner := "clients/" + data.Get("client_id").(string)
				if scope := data.Get("client_scope_id").(string); scope != "" {
					owner = "client-scopes/" + scope
				}
				return owner + "/protocol-mappers/models/" + data.Id()
			},
			realm: "realm_id",
		},
		"keycloak_group": {
			properties: []newerProperty{
				stored("description", "description", computedText),
				refused("organization_id", computedText).readFrom("organizationId"),
			},
			path:  func(data *schema.ResourceData) string { return "groups/" + data.Id() },
			realm: "realm_id",
		},
		"keycloak_role": {
			properties: []newerProperty{refused("import", off)},
			computed:   []string{"attributes", "composite_roles", "description"},
		},
		"keycloak_user": {properties: []newerProperty{refused("import", off)}},
	}
}

var (
	off          = schema.Schema{Type: schema.TypeBool, Optional: true, Default: false}
	on           = schema.Schema{Type: schema.TypeBool, Optional: true, Default: true}
	flag         = schema.Schema{Type: schema.TypeBool, Optional: true}
	computedFlag = schema.Schema{Type: schema.TypeBool, Optional: true, Computed: true}
	text         = schema.Schema{Type: schema.TypeString, Optional: true}
	computedText = schema.Schema{Type: schema.TypeString, Optional: true, Computed: true}
	texts        = schema.Schema{
		Type: schema.TypeSet, Optional: true, Elem: &schema.Schema{Type: schema.TypeString}, Set: schema.HashString,
	}
)

func newerRealm() newerResource {
	bruteForce := "security_defenses.brute_force_detection."
	lockouts := schema.Schema{Type: schema.TypeInt, Optional: true, Default: 0}
	strategy := schema.Schema{Type: schema.TypeString, Optional: true, Default: "MULTIPLE"}
	credential := schema.Schema{Type: schema.TypeString, Optional: true, Default: "not specified"}
	return newerResource{
		properties: []newerProperty{
			stored("admin_permissions_enabled", "adminPermissionsEnabled", flag),
			stored("first_broker_login_flow", "firstBrokerLoginFlow", computedText),
			stored("organizations_enabled", "organizationsEnabled", off),
			stored(bruteForce+"brute_force_strategy", "bruteForceStrategy", strategy),
			stored(bruteForce+"max_temporary_lockouts", "maxTemporaryLockouts", lockouts),
			stored("otp_policy.code_reusable", "otpPolicyCodeReusable", off),
			stored("web_authn_policy.discoverable_credential", "webAuthnPolicyResidentKey", credential),
			stored("web_authn_policy.extra_origins", "webAuthnPolicyExtraOrigins", texts),
			stored("web_authn_passwordless_policy.discoverable_credential",
				"webAuthnPolicyPasswordlessResidentKey", credential),
			stored("web_authn_passwordless_policy.extra_origins", "webAuthnPolicyPasswordlessExtraOrigins", texts),
			stored("web_authn_passwordless_policy.passwordless_passkeys_enabled",
				"webAuthnPolicyPasswordlessPasskeysEnabled", flag),
			refused("terraform_deletion_protection", off),
		},
		path:  func(*schema.ResourceData) string { return "" },
		realm: "realm",
	}
}

func newerClient() newerResource {
	secret := schema.Schema{Type: schema.TypeString, Optional: true, Sensitive: true, WriteOnly: true}
	rotation := schema.Schema{
		Type: schema.TypeMap, Optional: true, Elem: &schema.Schema{Type: schema.TypeString},
	}
	// This upstream writes the method and does not read it, so an import of a client would lose it.
	pkce := schema.Schema{
		Type: schema.TypeString, Optional: true, ValidateFunc: validation.StringInSlice([]string{"", "plain", "S256"}, false),
	}
	return newerResource{
		properties: []newerProperty{
			storedIn("attributes", "pkce_code_challenge_method", "pkce.code.challenge.method", pkce),
			// Upstream reads false where Keycloak's default of true applies, and would write that.
			storedIn("attributes", "use_refresh_tokens", "use.refresh.tokens", on),
			stored("always_display_in_console", "alwaysDisplayInConsole", off),
			storedIn("attributes", "require_dpop_bound_tokens", "dpop.bound.access.tokens", computedFlag),
			storedIn("attributes", "standard_token_exchange_enabled", "standard.token.exchange.enabled", off),
			storedIn("attributes", "allow_refresh_token_in_standard_token_exchange",
				"standard.token.exchange.enableRefreshRequestedTokenType", text),
			storedIn("attributes", "oauth2_jwt_authorization_grant_enabled",
				"oauth2.jwt.authorization.grant.enabled", off),
			storedIn("attributes", "oauth2_jwt_authorization_grant_idp", "oauth2.jwt.authorization.grant.idp", text),
			refused("exclude_issuer_from_auth_response", computedFlag),
			refused("client_secret_wo", secret),
			refused("client_secret_wo_version", text),
			refused("client_secret_regenerate_when_changed", rotation),
		},
		path:  func(data *schema.ResourceData) string { return "clients/" + data.Id() },
		realm: "realm_id",
	}
}
