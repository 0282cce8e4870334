package nodes

import (
	"fmt"
	"strings"
	"time"

	"agentrun-admission/tests/EndToEnd/cluster"
)

// networkPolicy: another pod must not reach the metrics of a replica, and anybody its port for reviews. The pod has the image that is
// tried, as a server that takes the replica's port for an API server, and tells in its log what became of it.
func networkPolicy(s *step) {
	defer s.Within("delete", "pods,configmaps,networkpolicies", "--selector=probe", "--wait=false")
	closed := cluster.Object{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
		"metadata": cluster.Object{"name": "closed", "labels": cluster.Object{"probe": "closed"}},
		"spec":     cluster.Object{"podSelector": cluster.Object{"matchLabels": cluster.Object{"probe": "closed"}}, "policyTypes": []any{"Egress"}}}
	s.succeeds("a policy that lets a pod out to nobody is made", s.Create(closed))
	// Until the network has heard of it.
	time.Sleep(5 * time.Second)
	target := s.Ready()[0].Status.PodIP
	s.probe("closed", target, 8443)
	s.probe("open", target, 8443)
	s.probe("metrics", target, 9090)
	if s.reached("closed") {
		s.Skip("the network of this cluster enforces no NetworkPolicy: a pod that is let out to nobody reached a replica")
		return
	}
	s.Check("another pod reaches the port for reviews", s.reached("open"), s.told("open"))
	s.Check("but not that of the metrics", !s.reached("metrics"), s.told("metrics")+
		"\nlook at: kubectl -n "+installed+" describe networkpolicy")
}

// probe starts a pod that asks a port.
func (s *step) probe(name, address string, port int) {
	server := fmt.Sprintf("http://%s:%d", address, port)
	if strings.Contains(address, ":") {
		server = fmt.Sprintf("http://[%s]:%d", address, port)
	}
	kubeconfig := cluster.Object{
		"apiVersion": "v1", "kind": "Config", "current-context": "probe",
		"contexts": []any{cluster.Object{"name": "probe", "context": cluster.Object{"cluster": "probe", "user": "probe"}}},
		"clusters": []any{cluster.Object{"name": "probe", "cluster": cluster.Object{"server": server}}},
		"users":    []any{cluster.Object{"name": "probe", "user": cluster.Object{}}},
	}
	metadata := cluster.Object{"name": "probe-" + name, "labels": cluster.Object{"probe": name}}
	files := cluster.Object{"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": cluster.Object{"kubeconfig": kubeconfig.JSON()}}
	pod := cluster.Object{"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": cluster.Object{
		"restartPolicy": "Never", "automountServiceAccountToken": false,
		"volumes": []any{
			cluster.Object{"name": "files", "configMap": cluster.Object{"name": "probe-" + name}},
			cluster.Object{"name": "work", "emptyDir": cluster.Object{}},
		},
		"containers": []any{cluster.Object{
			"name": "probe", "image": s.Image, "imagePullPolicy": "IfNotPresent", "workingDir": "/work",
			"args": []any{"serve", "--kubeconfig", "/files/kubeconfig", "--metrics-port", "none"},
			"volumeMounts": []any{
				cluster.Object{"name": "files", "mountPath": "/files"}, cluster.Object{"name": "work", "mountPath": "/work"},
			},
		}},
		"securityContext": cluster.Object{"fsGroup": 65532},
	}}
	s.succeeds("a pod asks port "+fmt.Sprint(port)+" ("+name+")", s.Create(files))
	s.succeeds("and runs", s.Create(pod))
}

// reached is whether the pod got an answer, though none of a Kubernetes API.
func (s *step) reached(name string) bool {
	var lines []string
	cluster.Soon(90*time.Second, func() cluster.Outcome {
		lines = cluster.Like(s.Within("logs", "probe-"+name).Lines(), "cannot list and watch")
		return cluster.That(len(lines) > 0)
	})
	return len(lines) > 0 && !strings.Contains(lines[0], "cannot reach")
}

func (s *step) told(name string) string { return s.Within("logs", "probe-"+name, "--tail=5").Output() }
