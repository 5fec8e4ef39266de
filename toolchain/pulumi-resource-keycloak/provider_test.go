package main

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// The tokens are those of the pulumi-keycloak SDK.
func TestResourcesHaveTheTokensOfTheSDK(t *testing.T) {
	info := providerInfo()
	for name, want := range map[string]tokens.Type{
		"keycloak_realm":                              "keycloak:index/realm:Realm",
		"keycloak_generic_role_mapper":                "keycloak:index/genericRoleMapper:GenericRoleMapper",
		"keycloak_openid_audience_protocol_mapper":    "keycloak:openid/audienceProtocolMapper:AudienceProtocolMapper",
		"keycloak_realm_client_policy_profile":        "keycloak:index/realmClientPolicyProfile:RealmClientPolicyProfile",
		"keycloak_realm_client_policy_profile_policy": "keycloak:index/realmClientPolicyProfilePolicy:RealmClientPolicyProfilePolicy",
	} {
		if got := info.Resources[name].Tok; got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

func TestProviderIsSoundForTheBridge(t *testing.T) {
	if err := completeProvider().InternalValidate(); err != nil {
		t.Error(err)
	}
}

func TestWhatThisPluginDoesNotDoIsRefusedUnlessItIsLeftUnset(t *testing.T) {
	property := refused("import", off)
	for value, want := range map[bool]bool{false: false, true: true} {
		if got := property.schema.ValidateDiagFunc(value, nil).HasError(); got != want {
			t.Errorf("import: %t is refused: %t, want %t", value, got, want)
		}
	}
}

func TestAnAttributeWithAPropertyOfItsOwnIsRefusedInExtraConfig(t *testing.T) {
	validate := completeProvider().ResourcesMap["keycloak_openid_client"].Schema["extra_config"].ValidateDiagFunc
	for key, want := range map[string]bool{
		"dpop.bound.access.tokens": true, "pkce.code.challenge.method": true, "flowMcpOwner": false,
	} {
		if got := validate(map[string]any{key: "true"}, nil).HasError(); got != want {
			t.Errorf("%s is refused: %t, want %t", key, got, want)
		}
	}
}
