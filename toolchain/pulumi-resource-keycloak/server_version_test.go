package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/keycloak/terraform-provider-keycloak/keycloak"
)

func TestAServerThatHidesItsVersionGetsTheOldestAcceptedOne(t *testing.T) {
	for answer, want := range map[string]string{
		`{"themes":{}}`:                                   `{"systemInfo":{"version":"26.4.0"},"themes":{}}`,
		`{"systemInfo":null,"themes":{}}`:                 `{"systemInfo":{"version":"26.4.0"},"themes":{}}`,
		`{"systemInfo":{"version":"26.7.4"},"themes":{}}`: `{"systemInfo":{"version":"26.7.4"},"themes":{}}`,
	} {
		server := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(writer, answer)
		}))
		client := http.Client{Transport: &versionAdded{next: http.DefaultTransport}}
		response, err := client.Get(server.URL + "/admin/serverinfo")
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		if string(body) != want {
			t.Errorf("%s becomes %s, want %s", answer, body, want)
		}
		server.Close()
	}
}

func TestUpstreamsClientHasTheConnectionThatIsChanged(t *testing.T) {
	client, err := keycloak.NewKeycloakClient(
		context.Background(), "http://127.0.0.1:9", "", "id", "secret", "master", "", "", false, 5, "", false, "", false, nil,
	)
	if err != nil {
		t.Fatal(err)
	}
	if httpClient(client).Timeout.Seconds() != 5 {
		t.Error("the connection is another one")
	}
}
