package cases

import (
	"fmt"
	"time"

	. "agentrun-admission/tests/EndToEnd/cluster"
)

func templates(t *Test) {
	if t.Generation == "2026-02" {
		t.Allowed("a run with an annotation this controller does not know", t.Create(Template("marked")))
		t.Denied("holds its branch like any other", "HeadBranchConflict.*marked", t.Create(Run("next", "head=codex/marked")))
		return
	}
	makeRun := func(name string) Outcome { return t.Within("annotate", "agentrun", name, TemplateAnnotation+"-") }
	rival := func(of string) Outcome { return t.Create(Run("rival", "head=codex/"+of)) }

	t.Allowed("a template is stored", t.Create(Template("pattern")))
	t.Allowed("its controller gives it its phase", t.WritePhase("pattern", "Template"))
	t.Allowed("another template of that branch is stored", t.Create(Template("copy", "head=codex/pattern")))
	t.Equal("templates claim nothing", 0, t.Claims("codex-pattern"))
	t.Allowed("the first becomes a run", makeRun("pattern"))
	t.Equal("which claims its branch", 1, t.Claims("codex-pattern"))
	t.Denied("the second cannot become a run", "HeadBranchConflict.*pattern", makeRun("copy"))
	t.Denied("a new run on the branch is refused", "HeadBranchConflict.*pattern", rival("pattern"))

	t.Allowed("a template without a phase", t.Create(Template("fresh")))
	t.Allowed("becomes a run", makeRun("fresh"))
	t.Denied("and a rival is refused", "HeadBranchConflict.*fresh", rival("fresh"))

	t.Allowed("a run", t.Create(Run("busy")))
	t.Allowed("at work", t.WritePhase("busy", "Running"))
	t.Denied("is not called a template to change its spec", "SpecImmutableViolation", t.Patch("busy",
		`{"metadata":{"annotations":{"`+TemplateAnnotation+`":"true"}},"spec":{"implementationSpecRef":{"name":"other"}}}`))
	t.Allowed("may be called a template", t.Within("annotate", "agentrun", "busy", TemplateAnnotation+"=true"))
	t.Denied("and keeps its branch", "HeadBranchConflict.*busy", rival("busy"))

	t.Allowed("the claims outlive the gap, and the janitor's look at them", t.staysClaimed(3, "codex-(pattern|fresh|busy)-"))
	t.Denied("a rival of the first is refused still", "HeadBranchConflict.*pattern", rival("pattern"))
	t.Denied("of the second", "HeadBranchConflict.*fresh", rival("fresh"))
	t.Denied("and of the one at work", "HeadBranchConflict.*busy", rival("busy"))
	t.Allowed("the first run ends", t.WritePhase("pattern", "Succeeded"))
	t.Allowed("and the second template becomes a run", Soon(5*time.Second, func() Outcome { return makeRun("copy") }))
}

// staysClaimed is whether so many claims match for longer than the gap.
func (t *Test) staysClaimed(count int, pattern string) Outcome {
	return Stays(12*time.Second, func() Outcome { return That(t.Claims(pattern) == count) })
}

func workflows(t *Test) {
	rival := func(head string) Object { return Run("rival", "head="+head) }
	t.Allowed("a workflow of two branches", t.Create(Workflow("both", "codex/left", "codex/right")))
	t.Equal("claims both", 2, t.Claims("codex-(left|right)-"))
	t.Denied("a workflow on one of them is refused", "HeadBranchConflict.*both",
		t.Create(Workflow("other", "codex/new", "codex/right")))
	t.Equal("and claims nothing", 0, t.Claims("codex-new"))
	t.Allowed("its status names the first", t.WriteStatus(Runs, "both", func(status Object) {
		status["phase"] = "Running"
		status["vcs"] = Object{"repository": "proompteng/lab", "headBranch": "codex/left", "mode": "read-write"}
	}))
	t.Denied("which it holds", "HeadBranchConflict.*both", t.Create(rival("codex/left")))
	t.Denied("as it does the second", "HeadBranchConflict.*both", t.Create(rival("codex/right")))
	t.Allowed("both claims outlive the gap", t.staysClaimed(2, "codex-(left|right)-"))
	t.Allowed("its status names one of neither", t.WriteStatus(Runs, "both", func(status Object) {
		status.Set("vcs.headBranch", "codex/middle")
	}))
	t.Allowed("which is held within seconds", Soon(5*time.Second, func() Outcome {
		return That(!t.Create(rival("codex/middle"), "--dry-run=server").OK)
	}))
	for _, head := range []string{"codex/left", "codex/middle", "codex/right"} {
		t.Denied(head+" is held", "HeadBranchConflict.*both", t.Create(rival(head)))
	}
	t.Allowed("the workflow ends", t.WritePhase("both", "Succeeded"))
	t.Allowed("and all of its branches are free", t.soonCreated(5, Workflow("next", "codex/left", "codex/right", "codex/middle")))

	var heads []string
	for number := 1; number <= 33; number++ {
		heads = append(heads, fmt.Sprintf("codex/wide-%d", number))
	}
	t.Denied("a run of 33 branches is refused", "TooManyBranches", t.Create(Workflow("wide", heads...)))
	t.Equal("and claims none", 0, t.Claims("codex-wide"))
	t.Allowed("one of 32 is stored", t.Create(Workflow("wide", heads[:32]...)))
	t.Equal("with a claim for each", 32, t.Claims("codex-wide"))
}

func jobs(t *Test) {
	for _, name := range []string{"late", "gone"} {
		t.Allowed("a run", t.Create(Run(name)))
		t.Allowed("its Job", t.Create(Job(name+"-step", name)))
		t.Allowed("has a pod", t.WriteStatus(Jobs, name+"-step", func(status Object) { status["active"], status["ready"] = 1, 1 }))
		t.Allowed("the run fails", t.WritePhase(name, "Failed"))
	}
	rival, another := Run("rival", "head=codex/late"), Run("another", "head=codex/gone")
	t.Allowed("its branch stays held while the pod goes on", Stays(12*time.Second, func() Outcome {
		return That(!t.Create(rival, "--dry-run=server").OK)
	}))
	t.Denied("and a rival is told why", "HeadBranchConflict.*late", t.Create(rival))
	t.Allowed("the Job is done", t.WriteStatus(Jobs, "late-step", func(status Object) {
		now := time.Now().UTC().Format(time.RFC3339)
		status["startTime"], status["completionTime"], status["succeeded"] = now, now, 1
		var conditions []any
		for _, kind := range []string{"SuccessCriteriaMet", "Complete"} {
			conditions = append(conditions, Object{"type": kind, "status": "True", "lastTransitionTime": now, "lastProbeTime": now})
		}
		status["conditions"] = conditions
		delete(status, "active")
		delete(status, "ready")
	}))
	t.Allowed("and the branch is free", t.soonCreated(30, rival))
	t.Denied("that of the other run is not", "HeadBranchConflict.*gone", t.Create(another))
	t.Allowed("until its Job is deleted", t.Within("delete", "job", "gone-step", "--wait=false"))
	t.Allowed("and the branch is free, too", t.soonCreated(30, another))
	t.Within("delete", "jobs", "--all", "--wait=false")
}
