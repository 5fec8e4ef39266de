package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// adminAPI is Keycloak's admin REST API, with the provider's configuration.
// https://www.keycloak.org/docs-api/latest/rest-api/index.html
type adminAPI struct {
	base  string
	http  *http.Client
	login func(context.Context) (*oauth2.Token, error)
}

// configure takes over the settings that upstream's own client has; the names are those of its schema.
func (a *adminAPI) configure(data *schema.ResourceData) error {
	text := func(key string) string { return data.Get(key).(string) }

	encryption := &tls.Config{InsecureSkipVerify: data.Get("tls_insecure_skip_verify").(bool)}
	if pem := text("root_ca_certificate"); pem != "" {
		encryption.RootCAs = x509.NewCertPool()
		if !encryption.RootCAs.AppendCertsFromPEM([]byte(pem)) {
			return errors.New("root_ca_certificate holds no PEM certificate")
		}
	}
	a.http = &http.Client{
		Timeout: time.Duration(data.Get("client_timeout").(int)) * time.Second,
		Transport: &withHeaders{
			headers: data.Get("additional_headers").(map[string]any),
			next:    &http.Transport{TLSClientConfig: encryption, Proxy: http.ProxyFromEnvironment},
		},
	}

	base := text("url") + text("base_path")
	a.base = base + "/admin/realms/"
	a.login = tokenRequest(
		base+"/realms/"+url.PathEscape(text("realm"))+"/protocol/openid-connect/token",
		text("client_id"), text("client_secret"), text("username"), text("password"),
	)
	return nil
}

// tokenRequest logs an administrator in, or a client where there is none, as upstream decides it.
func tokenRequest(
	endpoint, client, secret, user, password string,
) func(context.Context) (*oauth2.Token, error) {
	if user != "" && password != "" {
		config := oauth2.Config{
			ClientID:     client,
			ClientSecret: secret,
			Endpoint:     oauth2.Endpoint{TokenURL: endpoint, AuthStyle: oauth2.AuthStyleInParams},
		}
		return func(ctx context.Context) (*oauth2.Token, error) {
			return config.PasswordCredentialsToken(ctx, user, password)
		}
	}
	config := clientcredentials.Config{
		ClientID:     client,
		ClientSecret: secret,
		TokenURL:     endpoint,
		AuthStyle:    oauth2.AuthStyleInParams,
	}
	return config.Token
}

// session is an authenticated client for one operation on one realm. Its token is fresh because an older one
// has no rights in a realm that was made since.
type session struct {
	client *http.Client
	realm  string
}

func (a *adminAPI) session(ctx context.Context, realm string) (*session, error) {
	ctx = context.WithValue(ctx, oauth2.HTTPClient, a.http)
	token, err := a.login(ctx)
	if err != nil {
		return nil, fmt.Errorf("log in to Keycloak: %w", err)
	}
	client := oauth2.NewClient(ctx, oauth2.StaticTokenSource(token))
	client.Timeout = a.http.Timeout
	// As upstream has it: a program writes a percent sign in a realm's name as %25.
	return &session{client: client, realm: a.base + realm}, nil
}

// apiError is an answer of Keycloak that refuses.
type apiError struct {
	request string
	status  int
	reason  string
}

func (e *apiError) Error() string {
	return fmt.Sprintf("%s: Keycloak answered %d: %s", e.request, e.status, e.reason)
}

func isNotFound(err error) bool {
	var refused *apiError
	return errors.As(err, &refused) && refused.status == http.StatusNotFound
}

// call sends body (nothing if nil) to a path below the realm, or to the realm itself (path ""), and decodes the answer
// into result (if not nil).
func (s *session) call(ctx context.Context, method, path string, body, result any) error {
	var content io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return err
		}
		content = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(s.realm+"/"+path, "/"), content)
	if err != nil {
		return err
	}
	request.Header.Set("Accept", "application/json")
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := s.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()

	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode >= http.StatusBadRequest {
		return &apiError{method + " " + request.URL.Path, response.StatusCode, strings.TrimSpace(string(answer))}
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(answer, result)
}

// withHeaders adds the configured headers to every request, the login included.
type withHeaders struct {
	headers map[string]any
	next    http.RoundTripper
}

func (t *withHeaders) RoundTrip(request *http.Request) (*http.Response, error) {
	request = request.Clone(request.Context())
	for name, value := range t.headers {
		request.Header.Set(name, value.(string))
	}
	return t.next.RoundTrip(request)
}
