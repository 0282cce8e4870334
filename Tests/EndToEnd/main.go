// Drives the webhook with kubectl against a real API server, for scripts/e2e, whose head has the flags.
//
// Tells each check on stdout and ends with "N passed, N failed"; with --output json that goes to stderr, and the result to stdout.
// Exit code 1 when a check failed, 2 when nothing could be tried.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"

	"agentrun-admission/tests/EndToEnd/cases"
	"agentrun-admission/tests/EndToEnd/cluster"
	harness "agentrun-admission/tests/Harness"
)

// result is what --output json prints.
type result struct {
	Kubernetes string         `json:"kubernetes"`
	Generation string         `json:"generation"`
	Passed     int            `json:"passed"`
	Failed     int            `json:"failed"`
	Cases      []cases.Result `json:"cases"`
}

func main() {
	var options cluster.Options
	flag.StringVar(&options.Kubeconfig, "kubeconfig", "", "the cluster")
	flag.StringVar(&options.Context, "context", "", "a context of the kubeconfig in place of its current one")
	flag.StringVar(&options.CRDs, "crds", "", "CustomResourceDefinitions to install first")
	flag.StringVar(&options.Generation, "generation", "2026-02", "the controller that the policy is for")
	flag.StringVar(&options.Host, "host", "127.0.0.1", "where the API server reaches this machine")
	server := flag.String("server", "", "the executable")
	only := flag.String("only", "", "only the cases whose name has this in it")
	deploy := flag.Bool("deploy", false, "apply deploy/ as well, and uninstall it")
	output := flag.String("output", "text", "text or json")
	harness.Parse("e2e")
	harness.Main("e2e", func(work *harness.Workplace) bool {
		if *output != "text" && *output != "json" {
			harness.Fatal("--output is text or json, not %s", *output)
		}
		named := cases.Named(*only)
		if len(named) == 0 {
			harness.Fatal("no case has %s in its name; correct --only", *only)
		}
		if _, err := os.ReadFile(options.Kubeconfig); err != nil {
			harness.Fatal("cannot read the kubeconfig; correct --kubeconfig: %v", err)
		}
		if *deploy && exec.Command("kubectl", "kustomize", "deploy/overlays/self-managed").Run() != nil {
			harness.Fatal("--deploy needs kubectl 1.21 or newer, whose kustomize reads deploy/; leave it out or put a newer one on the path")
		}
		work.Try(*server)
		progress := os.Stdout
		if *output == "json" {
			progress = os.Stderr
		}
		tell := func(line string) { fmt.Fprintln(progress, line) }
		on := cluster.Prepare(options, work)
		found := result{Kubernetes: on.Version, Generation: options.Generation}
		for _, each := range named {
			tried := each.Try(on, *deploy, tell)
			found.Cases = append(found.Cases, tried)
			found.Passed += tried.Passed
			found.Failed += tried.Failed
		}
		tell(fmt.Sprintf("\n%d passed, %d failed", found.Passed, found.Failed))
		if *output == "json" {
			harness.Print(found)
		}
		return found.Failed == 0
	})
}
