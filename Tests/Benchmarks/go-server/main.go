// A webhook as most are written: net/http, encoding/json into typed structs, an AdmissionReview back.
// It decodes what the rules of agentrun-admission read and judges nothing.
//
//	go-server ADDRESS CERTIFICATE KEY
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
)

// The largest review an API server can send, rounded up.
const maximumBodyBytes = 20 << 20

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: go-server ADDRESS CERTIFICATE KEY")
		os.Exit(2)
	}
	http.HandleFunc("/readyz", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok") })
	http.HandleFunc("/validate", validate)
	fmt.Fprintln(os.Stderr, http.ListenAndServeTLS(os.Args[1], os.Args[2], os.Args[3], nil))
	os.Exit(1)
}

func validate(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maximumBodyBytes))
	if err != nil {
		http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	var review AdmissionReview
	if err := json.Unmarshal(body, &review); err != nil || review.Request == nil || review.Request.Object == nil {
		http.Error(w, "not an AdmissionReview of an AgentRun", http.StatusBadRequest)
		return
	}
	answer, err := json.Marshal(answerTo(review.Request))
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
	w.Write(answer)
}

func answerTo(request *AdmissionRequest) AdmissionReview {
	parameters := request.Object.Spec.Parameters
	return AdmissionReview{
		Kind:       "AdmissionReview",
		APIVersion: "admission.k8s.io/v1",
		Response: &AdmissionResponse{
			UID:     request.UID,
			Allowed: true,
			AuditAnnotations: map[string]string{
				"verdict":     "allowed",
				"repository":  parameters["repository"],
				"head-branch": parameters["head"],
			},
		},
	}
}
