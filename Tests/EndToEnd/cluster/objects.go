package cluster

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Object is one of Kubernetes, as JSON has it.
type Object map[string]any

// Run has a repository and a head of its own, and further parameters as KEY=VALUE.
func Run(name string, parameters ...string) Object {
	values := map[string]any{"repository": "proompteng/lab", "base": "main", "head": "codex/" + name}
	for _, pair := range parameters {
		key, value, _ := strings.Cut(pair, "=")
		values[key] = value
	}
	return agentRun(name, "job").Set("spec.parameters", values)
}

// Workflow is a run with a step for each head.
func Workflow(name string, heads ...string) Object {
	steps := []any{}
	for index, head := range heads {
		steps = append(steps, Object{"name": fmt.Sprintf("step-%d", index+1), "parameters": Object{"head": head}})
	}
	return agentRun(name, "workflow").Set("spec.parameters", Object{"repository": "proompteng/lab", "base": "main"}).
		Set("spec.workflow.steps", steps)
}

func agentRun(name, runtime string) Object {
	return Object{
		"apiVersion": "agents.proompteng.ai/v1alpha1", "kind": "AgentRun", "metadata": Object{"name": name},
		"spec": Object{
			"agentRef": Object{"name": "codex"}, "runtime": Object{"type": runtime},
			"implementationSpecRef": Object{"name": "leader-election"},
		},
	}
}

// TemplateAnnotation marks a run that the controller of 2026-08 takes for a template.
const TemplateAnnotation = "agents.proompteng.ai/template"

// Template is such a run.
func Template(name string, parameters ...string) Object {
	return Run(name, parameters...).Set("metadata.annotations", Object{TemplateAnnotation: "true"})
}

// Job is one as the controller makes it for a run; nothing on a bare kube-apiserver starts it.
func Job(name, run string) Object {
	return Object{
		"apiVersion": "batch/v1", "kind": "Job",
		"metadata": Object{"name": name, "labels": Object{"agents.proompteng.ai/agent-run": run}},
		"spec": Object{"suspend": true, "template": Object{"spec": Object{
			"restartPolicy": "Never", "containers": []any{Object{"name": "runner", "image": "example.invalid/runner"}},
		}}},
	}
}

// Set puts a value where a path of keys with points between them leads, and makes what is not there on the way.
func (o Object) Set(path string, value any) Object {
	key, rest, further := strings.Cut(path, ".")
	if !further {
		o[key] = value
		return o
	}
	inner := o.At(key)
	if inner == nil {
		inner = Object{}
		o[key] = inner
	}
	inner.Set(rest, value)
	return o
}

// At is the object that a path leads to, or nil.
func (o Object) At(path string) Object {
	key, rest, further := strings.Cut(path, ".")
	var inner Object
	switch value := o[key].(type) {
	case Object:
		inner = value
	case map[string]any:
		inner = value
	}
	if further {
		return inner.At(rest)
	}
	return inner
}

// JSON is what kubectl reads.
func (o Object) JSON() string {
	text, err := json.Marshal(o)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// ParseObject reads what kubectl prints; it is empty if that is no object.
func ParseObject(text string) Object {
	object := Object{}
	_ = json.Unmarshal([]byte(text), &object)
	return object
}
