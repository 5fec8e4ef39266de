package main

import (
	"reflect"
	"strings"
	"testing"
)

func TestComponentsSurviveTheWayToKeycloakAndBack(t *testing.T) {
	declared := []any{
		map[string]any{"name": "client-id-metadata-document", "configuration": map[string]any{
			"cimd-allow-permitted-domains": `["a.example","b.example"]`,
			"cimd-allow-http-scheme":       "false",
			"nested":                       `{"a":1}`,
			"attributes":                   `[{"key":"a"}]`,
		}},
		map[string]any{"name": "reject-implicit-grant", "configuration": map[string]any{}},
	}
	sent, err := encodeComponents("executor", declared)
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"configuration":{"attributes":"[{\"key\":\"a\"}]","cimd-allow-http-scheme":"false",` +
		`"cimd-allow-permitted-domains":["a.example","b.example"],"nested":{"a":1}},` +
		`"executor":"client-id-metadata-document"},{"configuration":{},"executor":"reject-implicit-grant"}]`
	if string(sent) != want {
		t.Errorf("sent %s, want %s", sent, want)
	}
	if got, err := decodeComponents("executor", sent); err != nil || !reflect.DeepEqual(got, declared) {
		t.Errorf("read back %v, %v; want %v", got, err, declared)
	}
}

func TestValuesOfOthersAreReadAsCompactText(t *testing.T) {
	stored := `[{"condition": "any", "configuration": {"flag": true, "number": 3, "list": ["a", "b"]}}, {"condition": "x"}]`
	got, err := decodeComponents("condition", []byte(stored))
	want := []any{
		map[string]any{"name": "any", "configuration": map[string]any{
			"flag": "true", "number": "3", "list": `["a","b"]`,
		}},
		map[string]any{"name": "x", "configuration": map[string]any{}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
}

func TestBrokenJSONIsRefusedByName(t *testing.T) {
	_, err := encodeComponents("executor", []any{
		map[string]any{"name": "pkce-enforcer", "configuration": map[string]any{"list": `["a"`}},
	})
	if err == nil || !strings.Contains(err.Error(), `executor "pkce-enforcer": configuration "list"`) {
		t.Errorf("got %v", err)
	}
}
