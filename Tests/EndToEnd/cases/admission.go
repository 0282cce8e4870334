package cases

import (
	"fmt"
	"strings"
	"time"

	. "agentrun-admission/tests/EndToEnd/cluster"
)

// readiness: a watch may fail at first. Right after a definition was installed an API server answers 429 while it prepares its
// storage, and asks for another try a second later. That goes by while nothing happens to the kind.
func readiness(t *Test) {
	var report Outcome
	Soon(30*time.Second, func() Outcome {
		report = Outcome{Stdout: t.AskReplica(1, "/readyz?verbose")}
		return That(!report.Has(`^\[\+\]state-.* ok;`))
	})
	resources := "agentruns implementationspecs agents agentproviders versioncontrolproviders memories secretbindings jobs"
	for _, resource := range strings.Fields(resources) {
		t.Check("knows "+resource, report.Has(`^\[\+\]state-`+resource+` ok$`), report.Stdout)
	}
}

func apply(t *Test) {
	t.Allowed("a good run is stored", t.Apply(Run("good")))
	t.Allowed("and applied again", t.Apply(Run("good")))
	override := Run("override", "prompt=do a little")
	// Newer definitions refuse such a run before the webhook is asked.
	if t.Apply(override, "--dry-run=server").Has("is invalid") {
		t.Check("a prompt that hides the ImplementationSpec is refused by the definition", true, "")
	} else {
		t.Warned("a prompt that hides the ImplementationSpec is warned about", "PromptOverride", t.Apply(override))
	}
	t.Warned("a TTL that is not the run's is warned about", "MisplacedTTL",
		t.Apply(Run("ttl").Set("spec.runtime.config.ttlSecondsAfterFinished", 60)))
	t.Denied("a repository off the list is refused", "RepositoryNotAllowed", t.Apply(Run("elsewhere", "repository=other/x")))
	t.Denied("a name of 64 characters is refused", "RunNameTooLong", t.Apply(Run(strings.Repeat("a", 64), "head=codex/long")))
	t.Warned("an agent that is not there yet is warned about", "MissingAgent",
		t.Apply(Run("lost").Set("spec.agentRef.name", "nobody")))
	t.Denied("a second run on a branch is refused", "HeadBranchConflict.*good", t.Apply(Run("second", "head=codex/good")))
	t.Denied("a run on a branch under that one is refused, as git cannot keep both", "HeadBranchPathConflict.*good",
		t.Apply(Run("under", "head=codex/good/tests")))
	told := t.Apply(Run("token", "repository=https://x:ghp_endtoend@github.com/other/x"))
	t.Denied("a refusal names the repository of a URL", "RepositoryNotAllowed.*github.com/other/x", told)
	t.Check("and not the token in it", !told.Has("ghp_endtoend"), told.Output())
}

func dryRun(t *Test) {
	const dry = "--dry-run=server"
	t.Allowed("a dry run is judged", t.Create(Run("tried", "head=codex/dry"), dry))
	t.Denied("a dry run is refused like the run", "RepositoryNotAllowed", t.Create(Run("tried", "repository=other/x"), dry))
	t.Allowed("a dry run leaves its branch free", t.Create(Run("real", "head=codex/dry")))
	t.Denied("a dry run sees who has the branch", "HeadBranchConflict.*real", t.Create(Run("tried", "head=codex/dry"), dry))
}

func serverSideApply(t *Test) {
	const serverSide = "--server-side"
	t.Allowed("a new run", t.Apply(Run("ssa"), serverSide))
	t.Allowed("the same again", t.Apply(Run("ssa"), serverSide))
	t.Denied("a changed repository", "RepositoryNotAllowed", t.Apply(Run("ssa", "repository=other/x"), serverSide))
}

func patch(t *Test) {
	t.Allowed("a run", t.Create(Run("patched")))
	t.Allowed("a label is added", t.Within("label", "agentrun", "patched", "team=one"))
	t.Denied("a label off the policy is not", "LabelBlocked", t.Within("label", "agentrun", "patched", "forbidden=yes"))
	t.Denied("a repository off the list is not", "RepositoryNotAllowed",
		t.Patch("patched", `{"spec":{"parameters":{"repository":"other/x"}}}`))
	t.Allowed("an annotation is added", t.Within("annotate", "agentrun", "patched", "note=yes"))
	t.Allowed("its status is written", t.WritePhase("patched", "Running"))
	waiting := Run("waiting", "head=codex/patched")
	t.Denied("another run on its branch is refused", "HeadBranchConflict", t.Create(waiting))
	t.Allowed("its status says it is over", t.WritePhase("patched", "Succeeded"))
	t.Allowed("then the branch is free within seconds", t.soonCreated(5, waiting))
}

func finalizer(t *Test) {
	t.Allowed("a run with a finalizer", t.Create(Run("final").Set("metadata.finalizers", []string{"agents.proompteng.ai/e2e"})))
	t.Allowed("is deleted", t.Within("delete", "agentrun", "final", "--wait=false"))
	after := Run("after", "head=codex/final")
	t.Denied("waits for its finalizer and holds its branch", "HeadBranchConflict", t.Create(after))
	t.Allowed("its finalizer is removed", t.Patch("final", `{"metadata":{"finalizers":null}}`))
	// It was claimed so lately that the claim has to grow old first.
	t.Allowed("then the branch is free once the claim is void", t.soonCreated(30, after))
}

func collection(t *Test) {
	for number := 1; number <= 3; number++ {
		t.Allowed(fmt.Sprintf("run %d", number), t.Create(Run(fmt.Sprintf("many-%d", number))))
	}
	t.Allowed("all are deleted at once", t.Within("delete", "agentruns", "--all"))
	t.Equal("none is left", 0, len(t.Names("agentruns")))
}

// soonCreated tries to create an object until it is stored or the seconds are over.
func (t *Test) soonCreated(seconds int, object Object) Outcome {
	return Soon(time.Duration(seconds)*time.Second, func() Outcome { return t.Create(object) })
}
