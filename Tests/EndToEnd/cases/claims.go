package cases

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	. "agentrun-admission/tests/EndToEnd/cluster"
	harness "agentrun-admission/tests/Harness"
)

func claims(t *Test) {
	t.Allowed("a run", t.Create(Run("claimed")))
	uid, _ := ParseObject(t.Within("get", "agentrun", "claimed", "--output=json").Stdout).At("metadata")["uid"].(string)
	claim := t.claimOn("codex/claimed")
	t.Equal("its claim names the branch", "codex/claimed", claim("branch"))
	t.Equal("its claim names the repository", "proompteng/lab", claim("repository"))
	t.Equal("its claim names the run", t.Namespace+"/claimed", claim("run-namespace")+"/"+claim("run-name"))
	t.Equal("its claim names the object", uid, claim("run-uid"))
	t.Allowed("a dry run", t.Create(Run("dry"), "--dry-run=server"))
	t.Denied("a dry run on a taken branch", "HeadBranchConflict", t.Create(Run("dry", "head=codex/claimed"), "--dry-run=server"))
	t.Denied("a run that is refused", "RepositoryNotAllowed", t.Create(Run("refused", "repository=other/x")))
	t.Equal("leave no claim", 0, t.Claims("codex-(dry|refused)"))
	t.Allowed("the run moves to another branch", t.Patch("claimed", `{"spec":{"parameters":{"head":"codex/moved"}}}`))
	t.Allowed("and claims that", t.soonClaims(5, 1, "codex-moved"))
	t.Allowed("the run ends", t.WritePhase("claimed", "Succeeded"))
	t.Allowed("and its claim goes", t.soonClaims(30, 0, "codex-moved"))
}

// claimOn is what the annotations of the claim on a branch say, by their names.
func (t *Test) claimOn(branch string) func(name string) string {
	const prefix = "admission.agents.proompteng.ai/"
	leases, _ := ParseObject(t.Within("get", "leases", "--output=json").Stdout)["items"].([]any)
	for _, each := range leases {
		lease, _ := each.(map[string]any)
		if annotations := Object(lease).At("metadata.annotations"); annotations[prefix+"branch"] == branch {
			return func(name string) string { return fmt.Sprint(annotations[prefix+name]) }
		}
	}
	return func(string) string { return "" }
}

// soonClaims waits until so many claims match.
func (t *Test) soonClaims(seconds, count int, pattern string) Outcome {
	return Soon(time.Duration(seconds)*time.Second, func() Outcome { return That(t.Claims(pattern) == count) })
}

// killedReplica: a replica is killed when it has claimed a branch and not yet heard of it: a balancer between it and the API server
// loses the answer. Only where the API server's address is one the balancer can stand in for.
func killedReplica(t *Test) {
	address := t.Need("config", "view", "--minify", "--output=jsonpath={.clusters[0].cluster.server}")
	address = strings.TrimPrefix(address, "https://")
	if !regexp.MustCompile(`^[^/]+:[0-9]+$`).MatchString(address) {
		t.Skip("as the API server's address " + address + " has a path or no port")
		return
	}
	t.StopReplica(1)
	port := harness.FreePort()
	balancer := NewBalancer(harness.Local(port), address)
	defer balancer.Close()
	balanced := ParseObject(t.Need("config", "view", "--minify", "--flatten", "--raw", "--output=json"))
	entry, _ := balanced["clusters"].([]any)[0].(map[string]any)
	Object(entry).At("cluster").
		Set("server", "https://"+harness.Local(port)).
		Set("tls-server-name", address[:strings.LastIndex(address, ":")])
	t.StartSpecial(1, Special{Kubeconfig: t.Work.Write("kubeconfig-balanced", []byte(balanced.JSON()))})
	t.Allowed("a run whose claim is answered", t.Create(Run("answered")))
	balancer.Mute(true)
	creation := make(chan Outcome)
	go func() { creation <- t.Create(Run("unanswered")) }()
	t.Allowed("a run is claimed for, and the answer is lost", t.soonClaims(8, 1, "codex-unanswered"))
	t.KillReplica(1)
	created := <-creation
	t.Check("the create failed, as the webhook was gone", created.Has("failed calling webhook"), created.Output())
	t.StartReplica(1)
	next := Run("next", "head=codex/unanswered")
	t.Denied("the branch is claimed for a while, and the message says how long",
		"HeadBranchConflict.*unanswered.*try again in [0-9]* s", t.Create(next))
	t.Allowed("then the branch is free", t.soonCreated(40, next))
}

// deniedElsewhere: another webhook refuses the run after this one has claimed its branch: one of the same program, whose policy
// allows no repository, behind a configuration of its own.
func deniedElsewhere(t *Test) {
	port := harness.FreePort()
	other := t.Work.Start("other.log", t.Work.Server, "serve", "--host", t.Listen(), "--port", fmt.Sprint(port),
		"--metrics-port", "none", "--drain-delay", "0", "--no-cluster", "--tls-cert", t.Work.Path("certs", "tls.crt"),
		"--tls-key", t.Work.Path("certs", "tls.key"), "--policy", t.Work.Write("no-repository.yaml", []byte(NoRepository)))
	defer other.Stop()
	other.WaitReady("https://" + harness.Local(port) + "/readyz")
	t.Register(t.Other(), "other."+WebhookName, port)
	defer t.Kube("delete", "validatingwebhookconfiguration", t.Other(), "--ignore-not-found")
	called := Soon(20*time.Second, func() Outcome {
		return That(t.Create(Run("probe"), "--dry-run=server").Has(`"other\.` + regexp.QuoteMeta(WebhookName) + `" denied`))
	})
	if !called.OK {
		harness.Fatal("the other webhook is not called")
	}
	// The two are asked at once, so the claim may come a moment after the refusal.
	t.Denied("a run that the other webhook refuses", "RepositoryDenied", t.Create(Run("torn")))
	t.Allowed("was claimed for", t.soonClaims(5, 1, "codex-torn"))
	t.Need("delete", "validatingwebhookconfiguration", t.Other())
	other.Stop()
	t.Allowed("and the claim expires", t.soonClaims(45, 0, "codex-torn"))
	t.Allowed("so that the branch is free", t.soonCreated(20, Run("whole", "head=codex/torn")))
}
