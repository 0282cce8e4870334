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
	manifests := t.overlay("deploy/overlays/self-managed")
	t.Allowed("the overlay self-managed is applied", t.Kube("apply", "--filename", manifests))
	t.Allowed("all of its objects are there", t.Kube("get", "--filename", manifests, "--output=name"))
	for _, other := range []string{"deploy/overlays/fail-open", "deploy/base"} {
		t.Allowed(strings.TrimPrefix(other, "deploy/")+" would be, too",
			t.Kube("apply", "--dry-run=server", "--filename", t.overlay(other)))
	}
	t.rights()
	t.replicaOfTheAccount()
	t.uninstalled()
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
	t.check("a replica gets ready with the account's rights", !failed, message)
	configuration := ParseObject(t.Need("get", "validatingwebhookconfiguration", installed, "--output=json"))
	webhooks, _ := configuration["webhooks"].([]any)
	var bundles []string
	for _, each := range webhooks {
		webhook, _ := each.(map[string]any)
		if bundle, _ := Object(webhook).At("clientConfig")["caBundle"].(string); bundle != "" {
			bundles = append(bundles, bundle)
		}
	}
	t.Equal("every webhook of the configuration trusts it", 3, len(bundles))
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
	t.check("scripts/uninstall removes it", outcome.OK, outcome.Output())
	first, _, _ := strings.Cut(outcome.Output(), "\n")
	t.Equal("the configuration first", "removed  validatingwebhookconfiguration "+installed, first)
}
