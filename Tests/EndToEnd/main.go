// Drives the webhook with kubectl against a real API server, for scripts/e2e, whose head has the flags.
//
// Tells each check on stdout and ends with "N passed, N failed"; with another --output that goes to stderr, and the result to stdout.
// Exit code 1 when a check failed, 2 when nothing could be tried.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"agentrun-admission/tests/EndToEnd/cases"
	"agentrun-admission/tests/EndToEnd/checks"
	"agentrun-admission/tests/EndToEnd/cluster"
	"agentrun-admission/tests/EndToEnd/nodes"
	harness "agentrun-admission/tests/Harness"
)

// result is what --output json prints.
type result struct {
	Kubernetes string          `json:"kubernetes"`
	Generation string          `json:"generation"`
	Nodes      []nodes.Node    `json:"nodes,omitempty"`
	Passed     int             `json:"passed"`
	Failed     int             `json:"failed"`
	Cases      []checks.Result `json:"cases"`
	// Of --node, for a page: what was done, and what was measured.
	Table *harness.Table `json:"table,omitempty"`
}

func (r *result) add(tried checks.Result) {
	r.Cases = append(r.Cases, tried)
	r.Passed += tried.Passed
	r.Failed += tried.Failed
}

func main() {
	var options cluster.Options
	var images nodes.Options
	flag.StringVar(&options.Kubeconfig, "kubeconfig", "", "the cluster")
	flag.StringVar(&options.Context, "context", "", "a context of the kubeconfig in place of its current one")
	flag.StringVar(&options.CRDs, "crds", "", "CustomResourceDefinitions to install first")
	flag.StringVar(&options.Generation, "generation", "2026-02", "the controller that the policy is for")
	flag.StringVar(&options.Host, "host", "127.0.0.1", "where the API server reaches this machine")
	server := flag.String("server", "", "the executable")
	only := flag.String("only", "", "only the cases whose name has this in it")
	deploy := flag.Bool("deploy", false, "apply deploy/ as well, and uninstall it")
	node := flag.Bool("node", false, "try deploy/ in pods")
	flag.StringVar(&images.Image, "image", "", "of --node: the image of the pods")
	flag.StringVar(&images.FromImage, "from-image", "", "of --node: the image of the release before")
	output := flag.String("output", "text", "text, json or markdown")
	harness.Parse("e2e")
	harness.Main("e2e", func(work *harness.Workplace) bool {
		if *output != "text" && *output != "json" && (*output != "markdown" || !*node) {
			harness.Fatal("--output is text or json, or with --node markdown, not %s", *output)
		}
		if *node && images.Image == "" {
			harness.Fatal("--node needs --image, a name that the cluster's nodes have or can pull")
		}
		if !*node && images != (nodes.Options{}) {
			harness.Fatal("--image and --from-image are for --node")
		}
		if _, err := os.ReadFile(options.Kubeconfig); err != nil {
			harness.Fatal("cannot read the kubeconfig; correct --kubeconfig: %v", err)
		}
		if (*deploy || *node) && exec.Command("kubectl", "kustomize", "deploy/overlays/self-managed").Run() != nil {
			harness.Fatal("--deploy and --node need kubectl 1.21 or newer, whose kustomize reads deploy/; put a newer one on the path")
		}
		progress := os.Stdout
		if *output != "text" {
			progress = os.Stderr
		}
		tell := func(line string) { fmt.Fprintln(progress, line) }
		found := result{Generation: options.Generation}
		if *node {
			onNodes(&found, options, images, *server, *only, work, tell)
		} else {
			onAny(&found, options, *server, *only, *deploy, work, tell)
		}
		tell(fmt.Sprintf("\n%d passed, %d failed", found.Passed, found.Failed))
		switch *output {
		case "json":
			harness.Print(found)
		case "markdown":
			fmt.Print(found.Table.Markdown())
		}
		return found.Failed == 0
	})
}

// onAny tries the cases, with the webhook on this machine.
func onAny(found *result, options cluster.Options, server, only string, deploy bool, work *harness.Workplace, tell func(string)) {
	named := cases.Named(only)
	if len(named) == 0 {
		harness.Fatal("no case has %s in its name; correct --only", only)
	}
	work.Try(server)
	on := cluster.Prepare(options, work)
	found.Kubernetes = on.Version
	for _, each := range named {
		found.add(each.Try(on, deploy, tell))
	}
}

// onNodes tries the steps, with the webhook in pods.
func onNodes(found *result, options cluster.Options, images nodes.Options, server, only string, work *harness.Workplace, tell func(string)) {
	named := nodes.Named(only)
	if len(named) == 0 {
		harness.Fatal("no step has %s in its name; correct --only", only)
	}
	images.Server = server
	on := nodes.Prepare(options, images, work)
	found.Kubernetes, found.Nodes = on.Version, on.Nodes
	found.Table = &harness.Table{Columns: []string{"what happens to pods of a cluster", "what came of it"}}
	found.Table.Row("measured", "%s; Kubernetes %s, %d node(s), %s", harness.Today(), on.Version, len(on.Nodes), on.Nodes[0].Runtime)
	for _, each := range named {
		tried := each.Try(on, tell)
		found.add(tried)
		parts := []string{fmt.Sprintf("%d checks, %d failed", tried.Passed+tried.Failed, tried.Failed)}
		if tried.Skipped != "" {
			parts = []string{"skipped " + tried.Skipped}
		}
		for _, figure := range tried.Figures {
			parts = append(parts, figure.What+": "+figure.Value)
		}
		found.Table.Row(each.Name, "%s", strings.Join(parts, "; "))
	}
}
