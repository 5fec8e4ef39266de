// Package deployments checks the settings that `flow-mcp fleet manifests deployments` writes against the
// types with which Pulumi's own command line reads them.
package deployments

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

func decode(body []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	return decoder.Decode(&apitype.DeploymentSettings{})
}

func TestSettingsHaveOnlyFieldsOfPulumi(t *testing.T) {
	content, err := os.ReadFile("testdata/settings.json")
	if err != nil {
		t.Fatal(err)
	}
	var bodies map[string]json.RawMessage
	if err := json.Unmarshal(content, &bodies); err != nil {
		t.Fatal(err)
	}
	if len(bodies) != 2 {
		t.Fatalf("settings of %d stacks, not of 2", len(bodies))
	}
	for stack, body := range bodies {
		if err := decode(body); err != nil {
			t.Errorf("%s: %v", stack, err)
		}
	}
}

func TestUnknownFieldsAreRefused(t *testing.T) {
	if decode([]byte(`{"gitHub": {"repo": "acme/settings"}}`)) == nil {
		t.Error("an unknown field was accepted")
	}
}
