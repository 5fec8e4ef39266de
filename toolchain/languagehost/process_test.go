package languagehost

import (
	"context"
	"os/exec"
	"slices"
	"testing"
)

func TestAnInterruptDoesNotReachTheProgram(t *testing.T) {
	command := exec.CommandContext(context.Background(), "/bin/sh", "-c", `kill -INT $$; echo "$0 $1"`, "runs", "on")
	EndGently(command)
	got, err := command.Output()
	if err != nil || string(got) != "runs on\n" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestAbsentConfigurationIsNotNull(t *testing.T) {
	got, err := ConfigEnvironment(nil, nil)
	want := []string{"PULUMI_CONFIG={}", "PULUMI_CONFIG_SECRET_KEYS=[]"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
}
