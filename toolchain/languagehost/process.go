package languagehost

import (
	"encoding/json"
	"errors"
	"os/exec"
	"syscall"
	"time"
)

// How long a process that is told to end may clean up before it is killed; the engine waits as long for a host.
const endGrace = 5 * time.Second

// EndGently asks a process to end when its context does, and shields it from interrupts, which would make Python
// print a traceback: the engine sends them to the host's whole process group when a resource has failed.
func EndGently(command *exec.Cmd) {
	command.Args = append([]string{"sh", "-c", `trap "" INT; exec "$@"`, "sh", command.Path}, command.Args[1:]...)
	command.Path = "/bin/sh"
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	command.WaitDelay = endGrace
}

// ExitCode separates "ended with a status" from "could not be run".
func ExitCode(err error) (int, error) {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0, nil
	case errors.As(err, &exit):
		return exit.ExitCode(), nil
	default:
		return 0, err
	}
}

// ConfigEnvironment hands a stack's configuration to the SDK. Absent must be `{}` and `[]`: it cannot read `null`.
func ConfigEnvironment(config map[string]string, secretKeys []string) ([]string, error) {
	if config == nil {
		config = map[string]string{}
	}
	if secretKeys == nil {
		secretKeys = []string{}
	}
	configJSON, err := json.Marshal(config)
	if err != nil {
		return nil, err
	}
	keysJSON, err := json.Marshal(secretKeys)
	if err != nil {
		return nil, err
	}
	return []string{
		"PULUMI_CONFIG=" + string(configJSON),
		"PULUMI_CONFIG_SECRET_KEYS=" + string(keysJSON),
	}, nil
}
