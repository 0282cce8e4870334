// Package cluster is the API server that scripts/e2e drives with kubectl, and the webhook that it calls: what is installed, started,
// registered, and taken away again.
package cluster

import (
	_ "embed"
	"encoding/base64"
	"fmt"
	"os"
	"strings"
	"time"

	harness "agentrun-admission/tests/Harness"
)

var (
	//go:embed objects.yaml
	objects string
	//go:embed policy.yaml
	policy string
	//go:embed webhook.yaml
	webhook string
	//go:embed reports.yaml
	reports string
	// NoRepository is the policy of another webhook: it refuses every run.
	//go:embed no-repository.yaml
	NoRepository string
)

// Options are how the cluster is reached.
type Options struct {
	Kubeconfig string
	// A context of the kubeconfig in place of its current one.
	Context string
	// Definitions to install first; without it they must be there.
	CRDs string
	// The controller that the policy is for.
	Generation string
	// Where the API server reaches this machine.
	Host string
}

// Cluster is one, with a namespace of this run.
type Cluster struct {
	Options
	Work *harness.Workplace
	// Namespace is also the name of the webhook configuration.
	Namespace string
	// Version of the API server.
	Version  string
	balancer *Balancer
	port     int
	replicas map[int]*replica
}

// WebhookName is that of the webhook in its configuration.
const WebhookName = "validate.agentruns.admission.agents.proompteng.ai"

// Connect installs the definitions and the objects that runs refer to, in a namespace of this run.
func Connect(options Options, work *harness.Workplace) *Cluster {
	c := &Cluster{Options: options, Work: work, Namespace: fmt.Sprintf("agentrun-admission-e2e-%d", os.Getpid())}
	c.Version, _ = ParseObject(c.Need("version", "--output=json")).At("serverVersion")["gitVersion"].(string)
	harness.Say("Server version: %s", c.Version)
	if c.CRDs != "" {
		c.Need("apply", "--filename", c.CRDs)
		c.Need("wait", "--for=condition=Established", "--timeout=30s", "--filename", c.CRDs)
	}
	if !c.Kube("get", "customresourcedefinitions", "agentruns.agents.proompteng.ai").OK {
		harness.Fatal("the cluster has no AgentRuns; name a folder of their CustomResourceDefinitions with --crds")
	}
	work.Leaving(c.takeAway)
	c.Need("create", "namespace", c.Namespace)
	if outcome := c.KubeReading(objects, "apply", "--namespace", c.Namespace, "--filename=-"); !outcome.OK {
		harness.Fatal("%s", outcome.Output())
	}
	return c
}

// Prepare connects, starts a replica and registers it.
func Prepare(options Options, work *harness.Workplace) *Cluster {
	c := Connect(options, work)
	work.Certificates("certs", "--dns", "localhost", "--ip", c.Host)
	work.Write("policy.yaml", []byte(c.Policy()))
	c.startService()
	c.Register(c.Namespace, WebhookName, c.port)
	// A run no rule lets pass: refused for certain once the webhook is called.
	probe := Run("probe", "repository=other/other")
	called := Soon(30*time.Second, func() Outcome { return That(c.Create(probe, "--dry-run=server").IsDenied("")) })
	if !called.OK {
		harness.Fatal("the API server does not call the webhook at https://%s:%d (see --host)", c.Host, c.port)
	}
	return c
}

// Policy is that of the webhook.
func (c *Cluster) Policy() string { return strings.ReplaceAll(policy, "@GENERATION@", c.Generation) }

// Kube runs kubectl.
func (c *Cluster) Kube(arguments ...string) Outcome { return c.KubeReading("", arguments...) }

// KubeReading runs kubectl with a text on its stdin.
func (c *Cluster) KubeReading(text string, arguments ...string) Outcome {
	return Execute(text, "kubectl", append(c.connection(), arguments...)...)
}

// connection are the arguments that lead to the cluster, of kubectl as of scripts/uninstall.
func (c *Cluster) connection() []string {
	arguments := []string{"--kubeconfig", c.Kubeconfig}
	if c.Context != "" {
		arguments = append(arguments, "--context", c.Context)
	}
	return arguments
}

// Proxy starts a kubectl that passes plain HTTP on to the API server, with the rights of the kubeconfig, and returns its URL.
func (c *Cluster) Proxy() (*harness.Process, string) {
	port := harness.FreePort()
	direct := "http://" + harness.Local(port)
	arguments := append(c.connection(), "proxy", "--address", "127.0.0.1", "--port", fmt.Sprint(port))
	proxy := c.Work.Start("proxy.log", "kubectl", arguments...)
	proxy.WaitReady(direct + "/readyz")
	return proxy, direct
}

// Need runs kubectl for what has to succeed, and returns what it prints.
func (c *Cluster) Need(arguments ...string) string {
	outcome := c.Kube(arguments...)
	if !outcome.OK {
		harness.Fatal("kubectl %s: %s", strings.Join(arguments, " "), strings.TrimSpace(outcome.Output()))
	}
	return outcome.Stdout
}

// Within runs kubectl in the namespace of this run.
func (c *Cluster) Within(arguments ...string) Outcome {
	return c.Kube(append([]string{"--namespace", c.Namespace}, arguments...)...)
}

// Create has kubectl create an object.
func (c *Cluster) Create(object Object, arguments ...string) Outcome {
	return c.submit("create", object, arguments)
}

// Apply has kubectl apply it.
func (c *Cluster) Apply(object Object, arguments ...string) Outcome {
	return c.submit("apply", object, arguments)
}

func (c *Cluster) submit(verb string, object Object, arguments []string) Outcome {
	arguments = append([]string{verb, "--namespace", c.Namespace, "--filename=-"}, arguments...)
	return c.KubeReading(object.JSON(), arguments...)
}

// Names are those of the runs, or of the objects of another kind.
func (c *Cluster) Names(kind string) []string { return c.Within("get", kind, "--output=name").Lines() }

// Claims are the Leases of branches whose name has a text.
func (c *Cluster) Claims(pattern string) int { return With(c.Names("leases"), pattern) }

// Patch merges JSON into a run.
func (c *Cluster) Patch(name, patch string) Outcome {
	return c.Within("patch", "agentrun", name, "--type=merge", "--patch", patch)
}

// Kind is where the API has objects of one.
type Kind struct{ group, resource string }

// What has a status that the cases write.
var (
	Runs = Kind{"agents.proompteng.ai/v1alpha1", "agentruns"}
	Jobs = Kind{"batch/v1", "jobs"}
)

// WriteStatus changes an object's status, as its controller does: by the API, as Debian's kubectl is older than `--subresource`.
func (c *Cluster) WriteStatus(kind Kind, name string, change func(status Object)) Outcome {
	url := fmt.Sprintf("/apis/%s/namespaces/%s/%s/%s", kind.group, c.Namespace, kind.resource, name)
	found := c.Kube("get", "--raw", url)
	if !found.OK {
		return found
	}
	object := ParseObject(found.Stdout)
	status := object.At("status")
	if status == nil {
		status = Object{}
	}
	change(status)
	return c.KubeReading(object.Set("status", status).JSON(), "replace", "--raw", url+"/status", "--filename=-")
}

// WritePhase writes a run's phase.
func (c *Cluster) WritePhase(name, phase string) Outcome {
	return c.WriteStatus(Runs, name, func(status Object) { status["phase"] = phase })
}

// Register has the API server call a port of this machine for the objects of the namespace.
func (c *Cluster) Register(configuration, name string, port int) {
	authority, err := os.ReadFile(c.Work.Path("certs", "ca.crt"))
	harness.Must(err)
	text := strings.NewReplacer(
		"@CONFIGURATION@", configuration, "@NAME@", name, "@NAMESPACE@", c.Namespace,
		"@URL@", fmt.Sprintf("https://%s:%d/validate", c.Host, port), "@CA@", base64.StdEncoding.EncodeToString(authority),
	).Replace(webhook)
	if outcome := c.KubeReading(text, "apply", "--filename=-"); !outcome.OK {
		harness.Fatal("%s", outcome.Output())
	}
}

// SetFailurePolicy says what becomes of objects while the webhook does not answer, and waits until the API server has heard.
func (c *Cluster) SetFailurePolicy(policy string, isHeard func() bool) {
	c.Need("patch", "validatingwebhookconfiguration", c.Namespace, "--type=json",
		`--patch=[{"op":"replace","path":"/webhooks/0/failurePolicy","value":"`+policy+`"}]`)
	if !Soon(30*time.Second, func() Outcome { return That(isHeard()) }).OK {
		harness.Fatal("the API server does not hear that failurePolicy is %s", policy)
	}
}

// InstallReports defines the reports of openreports.io where they are not yet, to be taken away at the end.
func (c *Cluster) InstallReports() {
	const definition = "reports.openreports.io"
	if c.Kube("get", "customresourcedefinition", definition).OK {
		return
	}
	if outcome := c.KubeReading(reports, "apply", "--filename=-"); !outcome.OK {
		harness.Fatal("%s", outcome.Output())
	}
	c.Work.Leaving(func() { c.Kube("delete", "customresourcedefinition", definition, "--wait=false") })
	c.Need("wait", "--for=condition=Established", "--timeout=30s", "customresourcedefinition/"+definition)
}

// RemoveRuns removes all of the namespace, also those that wait for a finalizer.
func (c *Cluster) RemoveRuns() {
	c.Within("delete", "agentruns", "--all", "--wait=false")
	for _, name := range c.Names("agentruns") {
		c.Within("patch", name, "--type=merge", `--patch={"metadata":{"finalizers":null}}`)
	}
	// Until the webhook has heard of it, the branches are taken.
	time.Sleep(500 * time.Millisecond)
}

// Other is the name of the configuration of another webhook.
func (c *Cluster) Other() string { return c.Namespace + "-other" }

func (c *Cluster) takeAway() {
	c.Kube("delete", "validatingwebhookconfiguration", c.Namespace, c.Other(), "--ignore-not-found")
	if c.Kube("get", "namespace", c.Namespace).OK {
		c.RemoveRuns()
		c.Within("delete", "leases,configmaps,events", "--all")
		c.Kube("delete", "namespace", c.Namespace, "--wait=false")
		c.Finalize(c.Namespace)
	}
}

// Finalize finishes a namespace's deletion, where no controller does: on a bare kube-apiserver.
func (c *Cluster) Finalize(namespace string) {
	if found := c.Kube("get", "namespace", namespace, "--output=json"); found.OK {
		c.KubeReading(ParseObject(found.Stdout).Set("spec.finalizers", []any{}).JSON(),
			"replace", "--raw", "/api/v1/namespaces/"+namespace+"/finalize", "--filename=-")
	}
}

// Uninstall runs scripts/uninstall on the cluster.
func (c *Cluster) Uninstall() Outcome {
	return Execute("", "scripts/uninstall", c.connection()...)
}
