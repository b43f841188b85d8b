// SPDX-License-Identifier: Apache-2.0

// The matrix's caller and handler in Go (../README.md has the contract): `matrix_go caller|handler NAME`.
package main

import (
	"log"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/nexus-rpc/sdk-go/nexus"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// Call is what a caller workflow is to do. Times are in milliseconds.
type Call struct {
	Endpoint        string `json:"endpoint"`
	Operation       string `json:"operation"`
	How             string `json:"how"`
	ID              string `json:"id"`
	Text            string `json:"text"`
	Size            int    `json:"size"`
	Cancel          string `json:"cancel"`
	ScheduleToClose int    `json:"schedule_to_close"`
	ScheduleToStart int    `json:"schedule_to_start"`
	StartToClose    int    `json:"start_to_close"`
	Summary         string `json:"summary"`
	Header          string `json:"header"`
	Linger          int    `json:"linger"`
}

// Ask is the input of every operation.
type Ask struct {
	How  string `json:"how"`
	ID   string `json:"id"`
	Text string `json:"text"`
}

// Answer is the output of every operation.
type Answer struct {
	Text string `json:"text"`
}

// Outcome is what a caller workflow returns.
type Outcome struct {
	Text   string   `json:"text"`
	Errors []string `json:"errors"`
}

const headerName = "x-matrix"

var me string // what this peer is called

func reply(text string) Answer { return Answer{me + ": " + text} }

func must(err error) {
	if err != nil {
		log.Fatalln(err)
	}
}

func main() {
	if len(os.Args) != 3 {
		log.Fatalln("usage: matrix_go caller|handler NAME")
	}
	role := os.Args[1]
	me = os.Args[2]
	connection, err := client.Dial(client.Options{
		HostPort:      os.Getenv("TEMPORAL_ADDRESS"),
		Namespace:     "matrix-" + role + "s",
		Identity:      role + "-" + me,
		DataConverter: converter.NewCodecDataConverter(converter.GetDefaultDataConverter(), secretCodec{}),
		Logger:        sdklog.NewStructuredLogger(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))),
	})
	must(err)
	own := worker.New(connection, role+"s-"+me, worker.Options{
		Interceptors: []interceptor.WorkerInterceptor{&headerInterceptor{}},
	})
	if role == "caller" {
		own.RegisterWorkflowWithOptions(callOperation, workflow.RegisterOptions{Name: "MatrixCaller"})
	} else {
		service := matrixService()
		own.RegisterWorkflowWithOptions(run, workflow.RegisterOptions{Name: "MatrixRun"})
		own.RegisterWorkflowWithOptions(target, workflow.RegisterOptions{Name: "MatrixTarget"})
		own.RegisterActivityWithOptions(act, activity.RegisterOptions{Name: "MatrixActivity"})
		own.RegisterNexusService(service)
		inFleet := worker.New(connection, "fleet", worker.Options{})
		inFleet.RegisterNexusService(service)
		must(inFleet.Start())
	}
	must(own.Start())
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	<-stop // the SDK's own end of a process is not ours to test
}

func matrixService() *nexus.Service {
	service := nexus.NewService("Matrix")
	must(service.Register(operations()...))
	return service
}
