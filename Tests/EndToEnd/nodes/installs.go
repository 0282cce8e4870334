package nodes

import (
	"encoding/base64"
	"fmt"
	"os"
	"strings"
	"time"

	"agentrun-admission/tests/EndToEnd/cluster"
	harness "agentrun-admission/tests/Harness"
)

// failOpen: the overlay for the first days, which admits what nobody judges.
func failOpen(s *step) {
	s.install(withFlags(s.Manifests("deploy/overlays/fail-open", s.Image), soon))
	s.judges()
	s.noReplica()
	s.removeAll()
}

// soon is for installations that are looked at and taken away again: API servers are given ten seconds to hear of an authority, not two
// minutes. The installation that most is done to has what it has by default.
const soon = "--certs-settle=10s"

// withFlags gives the replicas of manifests more flags.
func withFlags(manifests string, flags ...string) string {
	const last = "- --self-managed-certs"
	for _, flag := range flags {
		manifests = strings.Replace(manifests, last, "- "+flag+"\n        "+last, 1)
	}
	return manifests
}

// noReplica: with fail-open runs are admitted while nobody answers.
func (s *step) noReplica() {
	s.succeeds("all replicas are taken away", s.Ours("scale", "deployment", installed, "--replicas=0"))
	outcome := cluster.Soon(90*time.Second, func() cluster.Outcome { return cluster.That(len(s.Pods()) == 0) })
	s.succeeds("and gone", outcome)
	s.Allowed("a run is admitted unjudged then", s.Create(cluster.Run("unjudged"), "--dry-run=server"))
}

// certManager: the overlay whose certificates another controller makes.
func certManager(s *step) {
	if !s.Kube("get", "customresourcedefinition", "certificates.cert-manager.io").OK {
		s.Skip("the cluster has no cert-manager")
		return
	}
	s.install(s.Manifests("deploy/overlays/cert-manager", s.Image))
	s.judges()
	s.removeAll()
}

// mountedSecret: the example whose certificate somebody has made; by the commands at its head.
func mountedSecret(s *step) {
	folder := s.copyOfDeploy() + "/examples/mounted-secret"
	s.Work.Try(s.Options.Server)
	s.Work.Certificates("copy/deploy/examples/mounted-secret/certs", "--dns", "agentrun-admission.agentrun-admission.svc")
	authority, err := os.ReadFile(folder + "/certs/ca.crt")
	harness.Must(err)
	patch, err := os.ReadFile(folder + "/ca-bundle.yaml.in")
	harness.Must(err)
	text := strings.ReplaceAll(string(patch), "CA_BUNDLE", base64.StdEncoding.EncodeToString(authority))
	harness.Must(os.WriteFile(folder+"/ca-bundle.yaml", []byte(text), 0o644))
	s.install(s.Manifests(folder, s.Image))
	s.judges()
	s.removeAll()
}

// chart: Helm installs, upgrades under load, and takes away.
func chart(s *step) {
	if outcome := cluster.Execute("", "scripts/chart", "lint"); !outcome.OK {
		if outcome.Has("no Helm library") {
			s.Skip("there is no Helm library for this machine")
			return
		}
		s.Check("the chart is without fault", false, outcome.Output())
		return
	}
	repository, tag, _ := strings.Cut(s.Image, ":")
	values := cluster.Object{}.Set("image.repository", repository).Set("image.tag", tag).Set("policy.spec.generation", s.Generation).
		Set("extraArgs", []any{soon})
	helm := func(command string) cluster.Outcome {
		return cluster.Execute(values.JSON(), "scripts/chart", command, "--kubeconfig", s.alone, "--values", "-")
	}
	begun := time.Now()
	s.succeeds("Helm installs", helm("install"))
	s.getsReady(begun)
	s.judges()
	bundle := s.bundles()
	values.Set("failurePolicy", "Ignore")
	values.Set("podAnnotations", cluster.Object{"example.com/upgrade": "1"})
	load := s.during(func() {
		s.succeeds("Helm upgrades", helm("upgrade"))
		s.succeeds("the upgrade rolls out", s.Rollout())
	})
	s.flawless("no review failed meanwhile", load)
	s.Equal("the authority is what it was", bundle, s.bundles())
	s.succeeds("Helm takes it away", cluster.Execute("", "scripts/chart", "uninstall", "--kubeconfig", s.alone))
	s.Allowed("a run is stored then", s.Create(cluster.Run("after-chart")))
	s.succeeds("the namespace, which Helm leaves, goes", s.Kube("delete", "namespace", installed, "--timeout=120s"))
	s.nothingLeft()
	s.RemoveRuns()
}

// selfManaged: the overlay that everything after it is done to.
func selfManaged(s *step) {
	image := s.Image
	if s.FromImage != "" {
		image = s.FromImage
	}
	begun := time.Now()
	s.install(s.Manifests("deploy/overlays/self-managed", image))
	s.judges()
	s.Note("from here on the authority is known for three minutes, as at nearly every restart")
	time.Sleep(time.Until(begun.Add(195 * time.Second)))
}

// install applies manifests and waits for the replicas.
func (s *step) install(manifests string) {
	begun := time.Now()
	s.succeeds("the manifests are applied", s.KubeReading(manifests, "apply", "--filename=-"))
	s.getsReady(begun)
}

// getsReady waits for the replicas, and measures how long each takes.
func (s *step) getsReady(begun time.Time) {
	running, ready := map[string]time.Time{}, map[string]time.Time{}
	outcome := cluster.Soon(240*time.Second, func() cluster.Outcome {
		for _, pod := range s.Pods() {
			name := pod.Metadata.Name
			if _, known := running[name]; !known && pod.IsRunning() {
				running[name] = time.Now()
			}
			if _, known := ready[name]; !known && pod.IsReady() {
				ready[name] = time.Now()
			}
		}
		return cluster.That(len(ready) >= replicas)
	})
	s.succeeds("all replicas get ready", outcome)
	if !outcome.OK {
		harness.Fatal("the replicas do not get ready, so nothing else of this step can be tried")
	}
	var longest, all time.Duration
	for name, at := range ready {
		if took := at.Sub(running[name]); took > longest {
			longest = took
		}
		if took := at.Sub(begun); took > all {
			all = took
		}
	}
	s.Figure("all replicas ready after the manifests were sent", "%.1f s", all.Seconds())
	s.Figure("a pod's container runs until the pod is ready, the longest", "%.1f s", longest.Seconds())
	restarts := 0
	for _, pod := range s.Pods() {
		for _, each := range pod.Status.ContainerStatuses {
			restarts += each.RestartCount
		}
	}
	s.Check("none was restarted", restarts == 0, s.State())
}

// judges expects that runs are judged as they should be: by the webhook, with claims.
func (s *step) judges() {
	good := cluster.Soon(60*time.Second, func() cluster.Outcome { return s.Create(cluster.Run("good"), "--dry-run=server") })
	s.Allowed("a good run is admitted", good)
	denied := func() cluster.Outcome { return s.Create(cluster.Run("bad"+long), "--dry-run=server") }
	// The API server hears of a new bundle a moment later.
	cluster.Soon(30*time.Second, func() cluster.Outcome { return cluster.That(denied().IsDenied("")) })
	s.Denied("a bad one is refused", "RunNameTooLong|name", denied())
	s.Allowed("a run is stored", s.Create(cluster.Run("first", "head=codex/contested")))
	s.Equal("its branch has a claim", 1, s.claims("codex-contested"))
	s.Denied("its rival is refused", "", s.Create(cluster.Run("second", "head=codex/contested")))
	s.RemoveRuns()
}

// claims counts the Leases of branches, which are in the webhook's namespace.
func (s *step) claims(pattern string) int {
	return cluster.With(s.Ours("get", "leases", "--output=name").Lines(), pattern)
}

// bundles are the authorities that the API server trusts, one a webhook.
func (s *step) bundles() string {
	return s.Need("get", "validatingwebhookconfiguration", installed, "--output=jsonpath={.webhooks[*].clientConfig.caBundle}")
}

// removeAll uninstalls, and looks what is left.
func (s *step) removeAll() {
	outcome := s.Uninstall()
	s.Check("scripts/uninstall removes it", outcome.OK, outcome.Output())
	s.nothingLeft()
}

// nothingLeft expects that nothing of the installation is there.
func (s *step) nothingLeft() {
	var left []string
	for _, kind := range []string{"validatingwebhookconfigurations", "clusterroles", "clusterrolebindings"} {
		left = append(left, s.Kube("get", kind, "--selector", selector, "--output=name").Lines()...)
	}
	if s.Kube("get", "namespace", installed).OK {
		left = append(left, "namespace "+installed)
	}
	s.Check("nothing of it is left", len(left) == 0, fmt.Sprint(left))
}
