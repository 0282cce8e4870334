module agentrun-admission/end-to-end/balancer

go 1.19
