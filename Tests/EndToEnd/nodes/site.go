// Package nodes is what scripts/e2e --node tries, on a cluster whose pods run: the ways to install, and what happens to pods.
package nodes

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"agentrun-admission/tests/EndToEnd/cluster"
	harness "agentrun-admission/tests/Harness"
)

// What deploy/ makes.
const (
	installed    = "agentrun-admission"
	selector     = "app.kubernetes.io/name=agentrun-admission"
	certificates = "agentrun-admission-certs"
	policyMap    = "agentrun-admission-policy"
)

// Options are what is tried.
type Options struct {
	// The image of the pods, and that of the release before it, which may be empty.
	Image, FromImage string
	// The executable that makes a certificate on this machine; it is built if it is empty and there is one to make.
	Server string
}

// Site is a cluster with nodes, and a namespace of this run with runs to be judged.
type Site struct {
	*cluster.Cluster
	Options
	// URL of a kubectl that passes requests on.
	api string
	// A kubeconfig with nothing but the cluster.
	alone  string
	client http.Client
	Nodes  []Node
}

// Prepare looks whether the cluster is one that this can be tried on, before anything is changed.
func Prepare(options cluster.Options, images Options, work *harness.Workplace) *Site {
	c := &cluster.Cluster{Options: options, Work: work}
	for _, object := range [][]string{{"namespace", installed}, {"validatingwebhookconfiguration", installed}} {
		if c.Need("get", object[0], object[1], "--ignore-not-found", "--output=name") != "" {
			harness.Fatal("the cluster has a %s %s: --node installs and uninstalls, and leaves alone what others did; use another "+
				"cluster, or scripts/uninstall first", object[0], object[1])
		}
	}
	s := &Site{Options: images, client: http.Client{Timeout: 30 * time.Second}}
	s.Nodes = nodesOf(c.Need("get", "nodes", "--output=json"))
	if len(s.Nodes) == 0 {
		harness.Fatal("the cluster has no node that is ready and takes pods; look at kubectl get nodes")
	}
	s.Cluster = cluster.Connect(options, work)
	_, s.api = s.Proxy()
	s.alone = work.Write("kubeconfig-alone", []byte(s.Need("config", "view", "--minify", "--flatten", "--raw")))
	return s
}

// Node is one that takes pods.
type Node struct{ Name, Architecture, Runtime string }

func nodesOf(list string) []Node {
	var found struct {
		Items []struct {
			Metadata struct{ Name string }
			Spec     struct{ Unschedulable bool }
			Status   struct {
				Conditions []condition
				NodeInfo   struct{ Architecture, ContainerRuntimeVersion string }
			}
		}
	}
	harness.Must(json.Unmarshal([]byte(list), &found))
	var nodes []Node
	for _, each := range found.Items {
		if !each.Spec.Unschedulable && holds(each.Status.Conditions, "Ready") {
			nodes = append(nodes, Node{each.Metadata.Name, each.Status.NodeInfo.Architecture, each.Status.NodeInfo.ContainerRuntimeVersion})
		}
	}
	return nodes
}

type condition struct{ Type, Status string }

func holds(conditions []condition, name string) bool {
	for _, each := range conditions {
		if each.Type == name {
			return each.Status == "True"
		}
	}
	return false
}

// Pod is a replica.
type Pod struct {
	Metadata struct{ Name, DeletionTimestamp string }
	Spec     struct{ NodeName string }
	Status   struct {
		Phase, PodIP      string
		Conditions        []condition
		ContainerStatuses []struct {
			RestartCount     int
			State, LastState containerState
		}
	}
}

type containerState struct {
	Running    *struct{}
	Waiting    *struct{ Reason, Message string }
	Terminated *struct {
		Reason   string
		ExitCode int
	}
}

// IsReady is whether it takes reviews, and stays.
func (p *Pod) IsReady() bool {
	return p.Metadata.DeletionTimestamp == "" && holds(p.Status.Conditions, "Ready")
}

// IsRunning is whether its process does.
func (p *Pod) IsRunning() bool {
	return len(p.Status.ContainerStatuses) > 0 && p.Status.ContainerStatuses[0].State.Running != nil
}

// Pods are all replicas, those that go included.
func (s *Site) Pods() []Pod {
	var list struct{ Items []Pod }
	status, body := s.ask("GET", "/api/v1/namespaces/"+installed+"/pods?labelSelector="+selector, nil)
	if status != http.StatusOK || json.Unmarshal(body, &list) != nil {
		return nil
	}
	return list.Items
}

// Ready are the replicas that take reviews.
func (s *Site) Ready() (ready []Pod) {
	for _, each := range s.Pods() {
		if each.IsReady() {
			ready = append(ready, each)
		}
	}
	return ready
}

// ask makes a request of the API server; status 0 is that there was no answer, which is then in its place.
func (s *Site) ask(method, path string, body []byte) (int, []byte) {
	request, err := http.NewRequest(method, s.api+path, bytes.NewReader(body))
	harness.Must(err)
	request.Header.Set("Content-Type", "application/json")
	response, err := s.client.Do(request)
	if err != nil {
		return 0, []byte(err.Error())
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, []byte(err.Error())
	}
	return response.StatusCode, answer
}

// Ours runs kubectl in the namespace of the webhook.
func (s *Site) Ours(arguments ...string) cluster.Outcome {
	return s.Kube(append([]string{"--namespace", installed}, arguments...)...)
}

// Rollout waits until all replicas are new and ready.
func (s *Site) Rollout() cluster.Outcome {
	return s.Ours("rollout", "status", "deployment", installed, "--timeout=240s")
}

// State is what there is to see of the replicas, for a check that failed: what to look at next is its last line.
func (s *Site) State() string {
	var text strings.Builder
	for _, pod := range s.Pods() {
		fmt.Fprintf(&text, "%s on %s: %s, ready %t", pod.Metadata.Name, pod.Spec.NodeName, pod.Status.Phase, pod.IsReady())
		for _, each := range pod.Status.ContainerStatuses {
			fmt.Fprintf(&text, ", %d restarts", each.RestartCount)
			if each.State.Waiting != nil {
				fmt.Fprintf(&text, ", waits: %s %s", each.State.Waiting.Reason, each.State.Waiting.Message)
			}
			if each.LastState.Terminated != nil {
				fmt.Fprintf(&text, ", ended before: %s %d", each.LastState.Terminated.Reason, each.LastState.Terminated.ExitCode)
			}
		}
		text.WriteString("\n")
	}
	events := s.Ours("get", "events", "--field-selector=type=Warning", "--sort-by=.lastTimestamp", "--no-headers").Lines()
	if len(events) > 4 {
		events = events[len(events)-4:]
	}
	text.WriteString(strings.Join(events, "\n"))
	return strings.TrimSpace(text.String()) + "\nlook at: kubectl -n " + installed + " describe pods; kubectl -n " + installed +
		" logs --selector " + selector + " --tail 50"
}

// WithImage puts the image that is tried in place of the one that manifests name.
func WithImage(manifests, image string) string {
	var lines []string
	for _, line := range strings.Split(manifests, "\n") {
		if key, _, found := strings.Cut(line, "image: agentrun-admission:"); found {
			line = key + "image: " + image
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// Manifests are those of an overlay or example as kubectl renders it, with an image and for the controller of this run.
func (s *Site) Manifests(folder, image string) string {
	text := WithImage(s.Need("kustomize", folder), image)
	return strings.ReplaceAll(text, `generation: "2026-02"`, fmt.Sprintf("generation: %q", s.Generation))
}

// copyOfDeploy is a copy of deploy/ that files can be put into.
func (s *Site) copyOfDeploy() string {
	folder := s.Work.Path("copy")
	harness.Must(os.MkdirAll(folder, 0o755))
	s.Work.Run("cp", "--recursive", "deploy", folder)
	return folder + "/deploy"
}
