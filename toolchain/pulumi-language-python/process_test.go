package main

import (
	"slices"
	"testing"
)

func TestAbsentConfigurationIsNotNull(t *testing.T) {
	got, err := configEnvironment(nil, nil)
	want := []string{"PULUMI_CONFIG={}", "PULUMI_CONFIG_SECRET_KEYS=[]"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
}
