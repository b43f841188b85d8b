// SPDX-License-Identifier: Apache-2.0
package peer;

import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.common.converter.CodecDataConverter;
import io.temporal.common.converter.DefaultDataConverter;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerFactoryOptions;
import java.util.List;

/** The matrix's caller and handler in Java: `matrix-peer.jar caller|handler NAME`. */
public final class Main {
  static String me; // what this peer is called

  private Main() {}

  public static void main(String[] words) {
    if (words.length != 2) {
      System.err.println("usage: matrix-peer.jar caller|handler NAME");
      System.exit(2);
    }
    String role = words[0];
    me = words[1];
    WorkflowClient client =
        WorkflowClient.newInstance(
            WorkflowServiceStubs.newServiceStubs(
                WorkflowServiceStubsOptions.newBuilder()
                    .setTarget(System.getenv("TEMPORAL_ADDRESS"))
                    .build()),
            WorkflowClientOptions.newBuilder()
                .setNamespace("matrix-" + role + "s")
                .setIdentity(role + "-" + me)
                .setDataConverter(
                    new CodecDataConverter(
                        DefaultDataConverter.newDefaultInstance(), List.of(new SecretCodec())))
                .build());
    WorkerFactory factory =
        WorkerFactory.newInstance(
            client,
            WorkerFactoryOptions.newBuilder()
                .setWorkerInterceptors(new CallerWorkflow.HeaderInterceptor())
                .build());
    Worker own = factory.newWorker(role + "s-" + me);
    if (role.equals("caller")) {
      own.registerWorkflowImplementationTypes(CallerWorkflow.class);
    } else {
      HandlerSide.Handler handler = new HandlerSide.Handler();
      own.registerWorkflowImplementationTypes(
          HandlerSide.RunWorkflow.class, HandlerSide.TargetWorkflow.class);
      own.registerActivitiesImplementations(new HandlerSide.ActivityCode());
      own.registerNexusServiceImplementation(handler);
      factory.newWorker("fleet").registerNexusServiceImplementation(handler);
    }
    factory.start(); // its threads keep the process up
  }
}
