package nodes

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"agentrun-admission/tests/EndToEnd/cluster"
)

// rollout: all replicas are replaced, one after the other.
func rollout(s *step) {
	begun := time.Now()
	var took time.Duration
	load := s.during(func() {
		s.succeeds("all pods are told to be replaced", s.Ours("rollout", "restart", "deployment", installed))
		s.succeeds("and are", s.Rollout())
		took = time.Since(begun)
	})
	s.Figure("rollout of three replicas", "%.1f s", took.Seconds())
	s.flawless("no review failed meanwhile", load)
	s.allReady("three replicas are there, and no more")
}

// kill removes pods without giving their processes time.
func (s *step) kill(pods []Pod) cluster.Outcome {
	arguments := []string{"delete", "--grace-period=0", "--force", "--wait=false"}
	for _, pod := range pods {
		arguments = append(arguments, "pod/"+pod.Metadata.Name)
	}
	return s.Ours(arguments...)
}

// bearable is how long reviews may fail when a pod is gone without a word: until every node has heard of it.
const bearable = 10 * time.Second

// killedPod: one replica ends without a word; the others go on.
func killedPod(s *step) {
	var killed time.Time
	var replaced bool
	load := s.during(func() {
		killed = time.Now()
		s.succeeds("a pod is killed", s.kill(s.Ready()[:1]))
		replaced = s.allReady("it is replaced")
	})
	if replaced {
		s.Figure("killed until three are ready again", "%.1f s", time.Since(killed).Seconds()-2)
	}
	s.Figure("load", "%s", load)
	failed := load.FailedFor(killed)
	s.Figure("reviews failed for", "%.1f s", failed.Seconds())
	s.Check(fmt.Sprintf("reviews fail for %.0f s at most", bearable.Seconds()), failed <= bearable && load.unjudged == 0, load.Failures())
	first, found := load.FirstAfter(killed)
	s.Figure("killed until the first review", "%.2f s", first.Seconds())
	s.Check("the other replicas go on", found && first <= bearable, load.Failures())
}

// allKilled: no replica is left, as when the only node that had some is lost.
func allKilled(s *step) {
	const most = 60 * time.Second
	var killed time.Time
	load := s.during(func() {
		killed = time.Now()
		s.succeeds("all pods are killed", s.kill(s.Pods()))
		s.allReady("all are replaced")
	})
	s.Figure("load", "%s", load)
	failed := load.FailedFor(killed)
	s.Figure("killed until the last review failed", "%.1f s", failed.Seconds())
	s.Check("no run is admitted unjudged meanwhile", load.unjudged == 0, load.Failures())
	s.Check(fmt.Sprintf("reviews are judged again within %.0f s", most.Seconds()), failed <= most && load.Count() > 0, load.Failures())
}

// drained: a node is emptied. Of a cluster with one node, two pods at once are not allowed to go.
func drained(s *step) {
	node := s.Ready()[0].Spec.NodeName
	load := s.during(func() {
		defer s.Kube("uncordon", node)
		if len(s.Nodes) > 1 {
			outcome := s.Kube("drain", node, "--pod-selector", selector, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=240s")
			s.succeeds("the node is drained of replicas", outcome)
			return
		}
		s.Note("one node: instead of draining it, the eviction API is asked as kubectl drain asks it")
		s.succeeds("the node takes no more pods", s.Kube("cordon", node))
		ready := s.Ready()
		status, answer := s.evict(ready[0])
		s.Check("one replica may go", status == http.StatusCreated, fmt.Sprintf("%d %s", status, answer))
		gone := cluster.Soon(60*time.Second, func() cluster.Outcome { return cluster.That(len(s.Ready()) == replicas-1) })
		s.succeeds("and goes", gone)
		status, answer = s.evict(ready[1])
		s.Check("the budget keeps the next until another is ready", status == http.StatusTooManyRequests,
			fmt.Sprintf("%d %s\nlook at: kubectl -n %s get poddisruptionbudget", status, answer, installed))
	})
	s.flawless("no review failed meanwhile", load)
	s.allReady("three replicas are ready when it takes pods again")
}

// evict asks that a pod may go, as kubectl drain does.
func (s *step) evict(pod Pod) (int, []byte) {
	eviction := cluster.Object{"apiVersion": "policy/v1", "kind": "Eviction", "metadata": cluster.Object{
		"name": pod.Metadata.Name, "namespace": installed}}
	return s.ask("POST", fmt.Sprintf("/api/v1/namespaces/%s/pods/%s/eviction", installed, pod.Metadata.Name), []byte(eviction.JSON()))
}

// missingImage: a rollout to an image that nobody has: it stops, and the old replicas go on.
func missingImage(s *step) {
	var reason string
	load := s.during(func() {
		image := installed + "=" + s.Image + "-not-there"
		s.succeeds("the image becomes one that is not there", s.Ours("set", "image", "deployment/"+installed, image))
		outcome := cluster.Soon(120*time.Second, func() cluster.Outcome {
			reason = s.waits()
			return cluster.That(reason != "")
		})
		s.succeeds("a new pod cannot start", outcome)
		s.Equal("the old ones stay ready", replicas, len(s.Ready()))
		s.succeeds("the rollout is undone", s.Ours("rollout", "undo", "deployment", installed))
		s.succeeds("and done with", s.Rollout())
	})
	s.Figure("a pod waits for", "%s", reason)
	s.flawless("no review failed meanwhile", load)
	s.allReady("three replicas are there, and no more")
}

// waits is what a container waits for that cannot have its image.
func (s *step) waits() string {
	for _, pod := range s.Pods() {
		for _, each := range pod.Status.ContainerStatuses {
			if waiting := each.State.Waiting; waiting != nil && strings.Contains(waiting.Reason, "Image") {
				return waiting.Reason
			}
		}
	}
	return ""
}

// tooLittle is memory that a replica is at ease in until it is sent runs of a megabyte.
const tooLittle = "12Mi"

// memoryLimit: replicas get little memory, and more to judge than goes into it: the kernel ends them, the kubelet starts them again.
func memoryLimit(s *step) {
	patch := cluster.Object{}.Set("spec.template.spec.containers", []any{cluster.Object{"name": installed, "resources": cluster.Object{
		"requests": cluster.Object{"memory": tooLittle}, "limits": cluster.Object{"memory": tooLittle}}}})
	s.succeeds("the limit is set to "+tooLittle, s.Ours("patch", "deployment", installed, "--patch", patch.JSON()))
	s.succeeds("and rolls out", s.Rollout())
	var reason string
	var over time.Time
	load := s.during(func() {
		stop := make(chan struct{})
		s.large(stop)
		outcome := cluster.Soon(90*time.Second, func() cluster.Outcome {
			reason = s.ended()
			return cluster.That(reason != "")
		})
		close(stop)
		over = time.Now()
		s.succeeds("a replica ends by it", outcome)
		s.allReady("it is started again, and three are ready")
	})
	s.Figure("a replica ended", "%s", reason)
	s.Figure("load", "%s", load)
	s.Figure("the last large run until three replicas were ready", "%.1f s", time.Since(over).Seconds()-2)
	failed := load.FailedFor(over)
	s.Check(fmt.Sprintf("reviews fail for %.0f s at most after the last large run", bearable.Seconds()),
		failed <= bearable && load.unjudged == 0, load.Failures())
	s.succeeds("the limit is what it was", s.Ours("rollout", "undo", "deployment", installed))
	s.succeeds("and rolls out again", s.Rollout())
	s.allReady("three replicas are there, and no more")
}

// large has runs of a megabyte created, as dry runs, eight at once, until it is told to stop.
func (s *step) large(stop <-chan struct{}) {
	path := fmt.Sprintf("/apis/agents.proompteng.ai/v1alpha1/namespaces/%s/agentruns?dryRun=All", s.Namespace)
	run := cluster.Run("large", "prompt="+strings.Repeat("a prompt that is long. ", 45_000))
	body := []byte(run.JSON())
	for worker := 0; worker < 8; worker++ {
		go func() {
			for {
				select {
				case <-stop:
					return
				default:
					s.ask("POST", path, body)
				}
			}
		}()
	}
}

// ended is by what a replica's container has ended.
func (s *step) ended() string {
	for _, pod := range s.Pods() {
		for _, each := range pod.Status.ContainerStatuses {
			for _, state := range []containerState{each.State, each.LastState} {
				if state.Terminated != nil && pod.Metadata.DeletionTimestamp == "" {
					return fmt.Sprintf("%s, exit code %d", state.Terminated.Reason, state.Terminated.ExitCode)
				}
			}
		}
	}
	return ""
}
