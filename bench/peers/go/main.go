// SPDX-License-Identifier: Apache-2.0

// The Go SDK's worker with the same echo operation, activity and workflows as Troupe's benchmark workers.
//
// One Go worker is capped at 1,000 polls a second per task kind, so several run in this process.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/nexus-rpc/sdk-go/nexus"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

type item struct {
	ID    int64    `json:"id"`
	Name  string   `json:"name"`
	Price float64  `json:"price"`
	Tags  []string `json:"tags"`
	Stock bool     `json:"stock"`
}

type basket struct {
	Title string `json:"title"`
	Items []item `json:"items"`
}

func cpuMicroseconds() float64 {
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	return float64(used.Utime.Nano()+used.Stime.Nano()) / 1e3
}

// The SDK's version, as this program was built with it, and Go's.
func version() string {
	built, _ := debug.ReadBuildInfo()
	for _, module := range built.Deps {
		if module.Path == "go.temporal.io/sdk" {
			return "sdk-go " + module.Version + ", " + built.GoVersion
		}
	}
	return built.GoVersion
}

func echoNumber(_ context.Context, in int) (int, error) { return in, nil }

// As many local activities as asked for, one after the other.
func runLocals(ctx workflow.Context, locals int) error {
	ctx = workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{StartToCloseTimeout: 5 * time.Second})
	for i := 0; i < locals; i++ {
		var out int
		if err := workflow.ExecuteLocalActivity(ctx, echoNumber, i).Get(ctx, &out); err != nil {
			return err
		}
	}
	return nil
}

func main() {
	target := flag.String("target", "127.0.0.1:7533", "HOST:PORT of any frontend")
	namespace := flag.String("namespace", "default", "")
	queue := flag.String("task-queue", "bench-tq", "")
	kind := flag.String("kind", "nexus", "nexus, activity, workflow (new runs) or sticky (runs that go on)")
	locals := flag.Int("locals", 100, "local activities of a run of the type locals")
	asStruct := flag.Bool("struct", false, "decode and encode a struct, not a string")
	seconds := flag.Float64("seconds", 3, "measured time")
	warmUp := flag.Float64("warm-up", 2, "")
	workers := flag.Int("workers", 8, "workers in this process")
	pollers := flag.Int("pollers", 8, "pollers of each worker")
	slots := flag.Int("slots", 100, "tasks at the same time, in all")
	flag.Parse()

	quiet := sdklog.NewStructuredLogger(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})))
	var answered atomic.Int64
	var started []worker.Worker
	for i := 0; i < *workers; i++ {
		c, err := client.NewLazyClient(client.Options{
			HostPort: *target, Namespace: *namespace, Logger: quiet,
			ConnectionOptions: client.ConnectionOptions{GrpcCompression: &client.GrpcCompressionNone{}},
		})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		w := worker.New(c, *queue, worker.Options{
			MaxConcurrentNexusTaskPollers: *pollers, MaxConcurrentNexusTaskExecutionSize: *slots / *workers,
			MaxConcurrentActivityTaskPollers: *pollers, MaxConcurrentActivityExecutionSize: *slots / *workers,
			MaxConcurrentWorkflowTaskPollers: max(2, *pollers), MaxConcurrentWorkflowTaskExecutionSize: *slots / *workers,
		})
		switch *kind {
		case "activity":
			w.RegisterActivityWithOptions(func(_ context.Context, in string) (string, error) {
				answered.Add(1)
				return in, nil
			}, activity.RegisterOptions{Name: "say-hello"})
		case "workflow", "sticky":
			w.RegisterWorkflowWithOptions(func(ctx workflow.Context) error {
				for pokes := workflow.GetSignalChannel(ctx, "poke"); ; answered.Add(1) {
					pokes.Receive(ctx, nil)
				}
			}, workflow.RegisterOptions{Name: "signalled"})
			w.RegisterWorkflowWithOptions(func(workflow.Context) error { answered.Add(1); return nil },
				workflow.RegisterOptions{Name: "tiny"})
			w.RegisterWorkflowWithOptions(func(ctx workflow.Context) error {
				answered.Add(1)
				return workflow.Sleep(ctx, 24*time.Hour)
			}, workflow.RegisterOptions{Name: "parked"})
			w.RegisterWorkflowWithOptions(func(ctx workflow.Context) error {
				err := runLocals(ctx, *locals)
				answered.Add(1)
				return err
			}, workflow.RegisterOptions{Name: "locals"})
		default:
			service := nexus.NewService("my-hello-service")
			if *asStruct {
				_ = service.Register(nexus.NewSyncOperation("say-hello",
					func(_ context.Context, in basket, _ nexus.StartOperationOptions) (basket, error) {
						answered.Add(1)
						return in, nil
					}))
			} else {
				_ = service.Register(nexus.NewSyncOperation("say-hello",
					func(_ context.Context, in string, _ nexus.StartOperationOptions) (string, error) {
						answered.Add(1)
						return in, nil
					}))
			}
			w.RegisterNexusService(service)
		}
		if err := w.Start(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		started = append(started, w)
	}
	time.Sleep(time.Duration(*warmUp * float64(time.Second)))
	tasks, cpu, begin := answered.Load(), cpuMicroseconds(), time.Now()
	time.Sleep(time.Duration(*seconds * float64(time.Second)))
	tasks = answered.Load() - tasks
	elapsed := time.Since(begin).Seconds()
	used := cpuMicroseconds() - cpu
	if tasks == 0 {
		fmt.Fprintln(os.Stderr, "no task came")
		os.Exit(1)
	}
	fmt.Printf("{\"program\":\"go_worker\",\"version\":%q,\"kind\":%q,\"workers\":%d,\"tasks\":%d,\"tasks_per_second\":%.0f,\"cpu_us_per_task\":%.2f}\n",
		version(), *kind, *workers, tasks, float64(tasks)/elapsed, used/float64(tasks))
	os.Exit(0)
}
