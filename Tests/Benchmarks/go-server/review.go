package main

// AdmissionReview is admission.k8s.io/v1, as far as a webhook for AgentRuns uses it.
type AdmissionReview struct {
	Kind       string             `json:"kind"`
	APIVersion string             `json:"apiVersion"`
	Request    *AdmissionRequest  `json:"request,omitempty"`
	Response   *AdmissionResponse `json:"response,omitempty"`
}

type AdmissionRequest struct {
	UID       string    `json:"uid"`
	Resource  Resource  `json:"resource"`
	Name      string    `json:"name"`
	Namespace string    `json:"namespace"`
	Operation string    `json:"operation"`
	UserInfo  UserInfo  `json:"userInfo"`
	Object    *AgentRun `json:"object"`
	OldObject *AgentRun `json:"oldObject"`
	DryRun    bool      `json:"dryRun"`
}

type Resource struct {
	Group    string `json:"group"`
	Version  string `json:"version"`
	Resource string `json:"resource"`
}

type UserInfo struct {
	Username string   `json:"username"`
	Groups   []string `json:"groups"`
}

type AdmissionResponse struct {
	UID              string            `json:"uid"`
	Allowed          bool              `json:"allowed"`
	AuditAnnotations map[string]string `json:"auditAnnotations,omitempty"`
	Warnings         []string          `json:"warnings,omitempty"`
}

// AgentRun is agents.proompteng.ai/v1alpha1 without what no rule reads.
type AgentRun struct {
	APIVersion string     `json:"apiVersion"`
	Kind       string     `json:"kind"`
	Metadata   ObjectMeta `json:"metadata"`
	Spec       RunSpec    `json:"spec"`
}

type ObjectMeta struct {
	Name              string            `json:"name"`
	Namespace         string            `json:"namespace"`
	UID               string            `json:"uid"`
	CreationTimestamp string            `json:"creationTimestamp"`
	Labels            map[string]string `json:"labels"`
	Annotations       map[string]string `json:"annotations"`
}

type Reference struct {
	Name string `json:"name"`
}

type RunSpec struct {
	AgentRef              Reference         `json:"agentRef"`
	ImplementationSpecRef *Reference        `json:"implementationSpecRef"`
	Implementation        *Implementation   `json:"implementation"`
	VCSRef                *Reference        `json:"vcsRef"`
	MemoryRef             *Reference        `json:"memoryRef"`
	Parameters            map[string]string `json:"parameters"`
	Secrets               []string          `json:"secrets"`
	IdempotencyKey        string            `json:"idempotencyKey"`
	SystemPrompt          string            `json:"systemPrompt"`
	Runtime               Runtime           `json:"runtime"`
	Workflow              *Workflow         `json:"workflow"`
	Workload              *Workload         `json:"workload"`
}

type Implementation struct {
	Inline *struct {
		Text    string `json:"text"`
		Summary string `json:"summary"`
	} `json:"inline"`
}

type Runtime struct {
	Type string `json:"type"`
}

type Workflow struct {
	Steps []struct {
		Name                  string            `json:"name"`
		Parameters            map[string]string `json:"parameters"`
		ImplementationSpecRef *Reference        `json:"implementationSpecRef"`
		Implementation        *Implementation   `json:"implementation"`
		Workload              *Workload         `json:"workload"`
	} `json:"steps"`
}

type Workload struct {
	Image   string `json:"image"`
	Volumes []struct {
		Name       string `json:"name"`
		SecretName string `json:"secretName"`
	} `json:"volumes"`
}
