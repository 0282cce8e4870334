package cases

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	. "agentrun-admission/tests/EndToEnd/cluster"
	harness "agentrun-admission/tests/Harness"
)

const installed = "agentrun-admission"

// deploy: deploy/ on the cluster. Its pods need an image and nodes; what they do is done here by a replica on this machine, as
// their service account and with their rights.
func deploy(t *Test) {
	if !t.Deploy {
		t.Skip("without --deploy")
		return
	}
	labelled := Run("unsent", "head=unsent").Set("metadata.labels", Object{"example.com/team": "one"})
	t.Allowed("a run is created before", t.Create(labelled))
	manifests := t.overlay("deploy/overlays/self-managed")
	t.Allowed("the overlay self-managed is applied", t.Kube("apply", "--filename", manifests))
	t.Allowed("all of its objects are there", t.Kube("get", "--filename", manifests, "--output=name"))
	for _, other := range []string{"deploy/overlays/fail-open", "deploy/base"} {
		t.Allowed(strings.TrimPrefix(other, "deploy/")+" would be, too",
			t.Kube("apply", "--dry-run=server", "--filename", t.overlay(other)))
	}
	t.unsent()
	t.rights()
	t.replicaOfTheAccount()
	t.uninstalled()
}

// unsent: nobody answers at the service of deploy/, so a write of the run that the API server sends is refused, and one that it does
// not send is made.
func (t *Test) unsent() {
	const sent = "failed calling webhook"
	refused := Soon(30*time.Second, func() Outcome {
		outcome := t.Patch("unsent", `{"metadata":{"labels":{"example.com/label":"x"}}}`)
		return That(!outcome.OK && outcome.Has(sent))
	})
	t.Allowed("a label more is sent", refused)
	t.Allowed("another value of one is not", t.Patch("unsent", `{"metadata":{"labels":{"example.com/team":"two"}}}`))
	for what, value := range map[string]string{"a label less": "null", "a label without a value": `""`} {
		label := t.Patch("unsent", `{"metadata":{"labels":{"example.com/team":`+value+`}}}`)
		t.Check(what+" is sent", !label.OK && label.Has(sent), label.Output())
	}
	t.Allowed("an annotation is not", t.Patch("unsent", `{"metadata":{"annotations":{"example.com/note":"x"}}}`))
	t.Allowed("nor is a finalizer", t.Patch("unsent", `{"metadata":{"finalizers":["example.com/wait"]}}`))
	t.Allowed("nor its removal", t.Patch("unsent", `{"metadata":{"finalizers":null}}`))
	template := t.Patch("unsent", `{"metadata":{"annotations":{"`+TemplateAnnotation+`":"true"}}}`)
	t.Check("what makes a template of it is sent", !template.OK && template.Has(sent), template.Output())
	spec := t.Patch("unsent", `{"spec":{"parameters":{"head":"other"}}}`)
	t.Check("and so is its spec", !spec.OK && spec.Has(sent), spec.Output())
	t.Allowed("its deletion is not", t.Within("delete", "agentrun", "unsent"))
}

// overlay has kubectl render a folder, and returns the file.
func (t *Test) overlay(folder string) string {
	return t.Work.Write(strings.ReplaceAll(folder, "/", "-")+".yaml", []byte(t.Need("kustomize", folder)))
}

// rights of the service account.
func (t *Test) rights() {
	may := func(what ...string) string {
		account := "system:serviceaccount:" + installed + ":" + installed
		return strings.TrimSpace(t.Kube(append([]string{"auth", "can-i", "--as", account}, what...)...).Stdout)
	}
	t.Equal("the account may watch runs", "yes", may("watch", "agentruns.agents.proompteng.ai"))
	t.Equal("and Jobs", "yes", may("watch", "jobs.batch"))
	t.Equal("and make Leases in its namespace", "yes", may("create", "leases.coordination.k8s.io", "--namespace", installed))
	t.Equal("but nowhere else", "no", may("create", "leases.coordination.k8s.io", "--namespace", t.Namespace))
	t.Equal("may not read Secrets", "no", may("list", "secrets", "--namespace", t.Namespace))
	t.Equal("may not change runs", "no", may("update", "agentruns.agents.proompteng.ai"))
	t.Equal("may not touch other webhook configurations", "no",
		may("patch", "validatingwebhookconfigurations.admissionregistration.k8s.io/"+t.Namespace))
}

// replicaOfTheAccount is a replica that keeps its certificate in the cluster.
func (t *Test) replicaOfTheAccount() {
	port := harness.FreePort()
	replica := t.Work.Start("account.log", t.Work.Server, "serve", "--host", "127.0.0.1", "--port", fmt.Sprint(port),
		"--metrics-port", "none", "--drain-delay", "0", "--kubeconfig", t.kubeconfigOfTheAccount(),
		"--self-managed-certs", "--certs-settle", "5s")
	defer replica.Stop()
	message, failed := harness.Attempt(func() { replica.WaitReady("https://" + harness.Local(port) + "/readyz") })
	t.Check("a replica gets ready with the account's rights", !failed, message)
	configuration := ParseObject(t.Need("get", "validatingwebhookconfiguration", installed, "--output=json"))
	webhooks, _ := configuration["webhooks"].([]any)
	var bundles []string
	for _, each := range webhooks {
		webhook, _ := each.(map[string]any)
		if bundle, _ := Object(webhook).At("clientConfig")["caBundle"].(string); bundle != "" {
			bundles = append(bundles, bundle)
		}
	}
	t.Equal("every webhook of the configuration trusts it", 2, len(bundles))
	if len(bundles) > 0 {
		bundle, _ := base64.StdEncoding.DecodeString(bundles[0])
		t.Work.Write("bundle.crt", bundle)
		t.Equal("by the name of its service", "ok", t.AskAs(installed+"."+installed+".svc", "bundle.crt", port, "/livez"))
	}
}

// kubeconfigOfTheAccount has a token of it: `kubectl create token` by its API, for a kubectl older than 1.24.
func (t *Test) kubeconfigOfTheAccount() string {
	answer := t.KubeReading(`{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{}}`, "create", "--raw",
		fmt.Sprintf("/api/v1/namespaces/%s/serviceaccounts/%s/token", installed, installed), "--filename=-")
	token := ParseObject(answer.Stdout).At("status")["token"]
	kubeconfig := ParseObject(t.Need("config", "view", "--minify", "--flatten", "--raw", "--output=json"))
	user, _ := kubeconfig["users"].([]any)[0].(map[string]any)
	user["user"] = Object{"token": token}
	context, _ := kubeconfig["contexts"].([]any)[0].(map[string]any)
	Object(context).Set("context.namespace", installed)
	return t.Work.Write("kubeconfig-account", []byte(kubeconfig.JSON()))
}

// uninstalled: a bare kube-apiserver has no controller that would finish the deletion of a namespace.
func (t *Test) uninstalled() {
	uninstall := make(chan Outcome)
	go func() { uninstall <- t.Uninstall() }()
	Soon(30*time.Second, func() Outcome {
		return That(ParseObject(t.Kube("get", "namespace", installed, "--output=json").Stdout).At("metadata")["deletionTimestamp"] != nil)
	})
	t.Finalize(installed)
	outcome := <-uninstall
	t.Check("scripts/uninstall removes it", outcome.OK, outcome.Output())
	first, _, _ := strings.Cut(outcome.Output(), "\n")
	t.Equal("the configuration first", "removed  validatingwebhookconfiguration "+installed, first)
}
