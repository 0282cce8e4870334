package nodes

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"sort"
	"strings"
	"time"

	"agentrun-admission/tests/EndToEnd/cluster"
)

// renewals: certificates that live a minute, until authority and certificate have both changed twice under load.
func renewals(s *step) {
	manifests := withFlags(s.Manifests("deploy/overlays/self-managed", s.Image),
		"--certs-lifetime=60s", "--certs-authority-lifetime=120s", soon)
	s.install(manifests)
	s.judges()
	changes := map[string]int{"tls.crt": 0, "ca.crt": 0}
	load := s.during(func() {
		before := s.kept()
		outcome := cluster.Soon(300*time.Second, func() cluster.Outcome {
			// Every look is a request, and renewals are tens of seconds apart.
			time.Sleep(time.Second)
			now := s.kept()
			for key := range changes {
				if now[key] != before[key] && now[key] != nil {
					changes[key]++
				}
			}
			before = now
			return cluster.That(changes["tls.crt"] >= 2 && changes["ca.crt"] >= 2)
		})
		s.succeeds("authority and certificate are renewed twice", outcome)
	})
	s.Figure("renewed", "authority %d times, certificate %d times", changes["ca.crt"], changes["tls.crt"])
	s.flawless("no review failed meanwhile", load)
	s.Check("no replica was restarted", len(s.Ready()) == replicas, s.State())
	s.removeAll()
}

// kept is what the Secret of the certificates has.
func (s *step) kept() cluster.Object {
	return cluster.ParseObject(s.Ours("get", "secret", certificates, "--output=json").Stdout).At("data")
}

// changedPolicy: another policy in the ConfigMap, until every replica judges by it.
func changedPolicy(s *step) {
	const most = 180 * time.Second
	policy := fmt.Sprintf("apiVersion: admission.agents.proompteng.ai/v1alpha1\nkind: AgentRunPolicy\nmetadata:\n  name: changed\nspec:\n"+
		"  generation: %q\n  rules:\n    repository-allowlist:\n      deny: [elsewhere/*]\n", s.Generation)
	digest := fmt.Sprintf("%x", sha256.Sum256([]byte(policy)))
	elsewhere := func() cluster.Outcome {
		return s.Create(cluster.Run("elsewhere", "repository=elsewhere/lab"), "--dry-run=server")
	}
	s.Allowed("a run of another repository is admitted before", elsewhere())
	patch := cluster.Object{}.Set("data", cluster.Object{"policy.yaml": policy})
	before := s.Need("--namespace", installed, "get", "configmap", policyMap, "--output=json")
	begun := time.Now()
	s.succeeds("the ConfigMap is changed", s.Ours("patch", "configmap", policyMap, "--patch", patch.JSON()))
	took := map[string]time.Duration{}
	outcome := cluster.Soon(most, func() cluster.Outcome {
		for _, pod := range s.Ready() {
			if _, known := took[pod.Metadata.Name]; !known && strings.Contains(s.version(pod), digest) {
				took[pod.Metadata.Name] = time.Since(begun)
			}
		}
		return cluster.That(len(took) == replicas)
	})
	s.succeeds("every replica has it, by its digest", outcome)
	var times []string
	for _, each := range took {
		times = append(times, fmt.Sprintf("%.1f s", each.Seconds()))
	}
	sort.Strings(times)
	s.Figure("the ConfigMap changed until a replica judges by it", "%s", strings.Join(times, ", "))
	denied := 0
	for count := 0; count < 30; count++ {
		if elsewhere().IsDenied("") {
			denied++
		}
	}
	s.Equal("thirty runs of that repository are refused", 30, denied)
	data := cluster.ParseObject(before).At("data")
	s.succeeds("the policy before is put back", s.Ours("patch", "configmap", policyMap, "--patch", cluster.Object{"data": data}.JSON()))
	outcome = cluster.Soon(most, func() cluster.Outcome {
		for _, pod := range s.Ready() {
			if strings.Contains(s.version(pod), digest) {
				return cluster.That(false)
			}
		}
		return cluster.That(true)
	})
	s.succeeds("and in force again", outcome)
}

// version is what a replica tells of itself, through the API server.
func (s *step) version(pod Pod) string {
	status, answer := s.ask("GET", fmt.Sprintf("/api/v1/namespaces/%s/pods/https:%s:8443/proxy/version", installed, pod.Metadata.Name), nil)
	if status != http.StatusOK {
		return ""
	}
	return string(answer)
}

// upgrade: from the release before to this one, back, and forward again; what is stored stays.
func upgrade(s *step) {
	if s.FromImage == "" {
		s.Skip("without --from-image, the release before")
		return
	}
	names := []string{"kept-1", "kept-2", "kept-3"}
	for _, name := range names {
		s.Allowed("a run is stored by the release before", s.Create(cluster.Run(name)))
	}
	before := s.stored()
	for _, image := range []string{s.Image, s.FromImage, s.Image} {
		begun := time.Now()
		load := s.during(func() {
			s.succeeds("the image becomes "+image, s.Ours("set", "image", "deployment/"+installed, installed+"="+image))
			s.succeeds("and rolls out", s.Rollout())
		})
		s.Figure("rolled out in", "%.1f s", time.Since(begun).Seconds()-3)
		s.flawless("no review failed meanwhile", load)
		s.Equal("runs, claims, certificates and definitions are what they were", before, s.stored())
		s.Denied("a branch that is held stays held", "", s.Create(cluster.Run("rival", "head=codex/kept-1")))
	}
	s.RemoveRuns()
}

// stored is what must survive an upgrade: by their uid runs, Leases and definitions, by its content the Secret, by its bundles the configuration.
func (s *step) stored() string {
	const uids = "--output=jsonpath={range .items[*]}{.metadata.name} {.metadata.uid}{\"\\n\"}{end}"
	parts := []string{
		s.Within("get", "agentruns", uids).Stdout,
		strings.Join(cluster.Like(s.Ours("get", "leases", uids).Lines(), "kept-"), "\n"),
		s.Need("get", "customresourcedefinitions", uids),
		s.Need("get", "validatingwebhookconfiguration", installed, "--output=jsonpath={.metadata.uid}"),
		s.kept().JSON(), s.bundles(),
	}
	return fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(parts, "\n"))))
}

// uninstalled: scripts/uninstall while runs are created; what they are stays.
func uninstalled(s *step) {
	s.Allowed("a run is stored before", s.Create(cluster.Run("stays")))
	definitions := s.Need("get", "customresourcedefinitions", "--output=name")
	load := s.StartLoad(false)
	time.Sleep(time.Second)
	begun := time.Now()
	outcome := s.Uninstall()
	took := time.Since(begun)
	load.Stop()
	s.Check("scripts/uninstall removes it", outcome.OK, outcome.Output())
	first, _, _ := strings.Cut(outcome.Output(), "\n")
	s.Equal("the configuration first", "removed  validatingwebhookconfiguration "+installed, first)
	s.Figure("uninstalled in", "%.1f s", took.Seconds())
	s.flawless("no create failed meanwhile", load)
	s.nothingLeft()
	s.Allowed("the run is there still", s.Within("get", "agentrun", "stays"))
	s.Equal("and so are the definitions", definitions, s.Need("get", "customresourcedefinitions", "--output=name"))
	s.RemoveRuns()
}
