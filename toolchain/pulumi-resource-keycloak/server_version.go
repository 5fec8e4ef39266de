package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"unsafe"

	"github.com/hashicorp/terraform-plugin-sdk/v2/diag"
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	"github.com/keycloak/terraform-provider-keycloak/keycloak"
)

// Keycloak 26.4 and later tells its version only to administrators of the whole server. Upstream releases since
// June 2026 accept that, and assume their newest version; this one fails ("malformed version"). It gets the oldest
// version that the stack accepts: https://github.com/keycloak/terraform-provider-keycloak/pull/1619
const assumedVersion = "26.4.0"

type configureFunc = func(context.Context, *schema.ResourceData) (any, diag.Diagnostics)

// withoutServerVersion lets upstream sign in with an account that may not read the server's version.
func withoutServerVersion(upstream configureFunc) configureFunc {
	return func(ctx context.Context, data *schema.ResourceData) (any, diag.Diagnostics) {
		login := data.Get("initial_login").(bool)
		// The client cannot be changed before upstream has made it, so the first login comes afterwards.
		if err := data.Set("initial_login", false); err != nil {
			return nil, diag.FromErr(err)
		}
		made, diagnostics := upstream(ctx, data)
		client, ok := made.(*keycloak.KeycloakClient)
		if !ok || diagnostics.HasError() {
			return made, diagnostics
		}
		connection := httpClient(client)
		connection.Transport = &versionAdded{next: connection.Transport}
		if login {
			if _, err := client.VersionIsGreaterThanOrEqualTo(ctx, keycloak.Version_6); err != nil {
				return nil, diag.Errorf("error initializing keycloak provider: failed to sign in to Keycloak: %v", err)
			}
		}
		return client, diagnostics
	}
}

// httpClient is the connection of upstream's client, which has no way to pass one.
func httpClient(client *keycloak.KeycloakClient) *http.Client {
	field := reflect.ValueOf(client).Elem().FieldByName("httpClient")
	return *(**http.Client)(unsafe.Pointer(field.UnsafeAddr()))
}

// versionAdded adds the assumed version to an answer of /admin/serverinfo that has none.
type versionAdded struct {
	next http.RoundTripper
}

func (t *versionAdded) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := t.next.RoundTrip(request)
	if err != nil || response.StatusCode != http.StatusOK || !strings.HasSuffix(request.URL.Path, "/admin/serverinfo") {
		return response, err
	}
	defer response.Body.Close()
	var info map[string]any
	if err := json.NewDecoder(response.Body).Decode(&info); err != nil {
		return nil, fmt.Errorf("read Keycloak's server information: %w", err)
	}
	system, _ := info["systemInfo"].(map[string]any)
	if version, _ := system["version"].(string); version == "" {
		info["systemInfo"] = map[string]any{"version": assumedVersion}
	}
	body, err := json.Marshal(info)
	if err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	response.ContentLength = int64(len(body))
	return response, nil
}
