// Writes the rows of test/oracles/task-hub.json: what DurableTask.AzureStorage keeps of orchestrations with steps of every kind, for
// test/contract/durable/storage-hub.test.ts.
//
// Run with Azurite (blob, queue, table) and its connection string in STORAGE: dotnet run --project test/oracles/task-hub
// Then the tables RatchetHistory and RatchetInstances, and the blobs history-* of ratchet-largemessages, were written down as the
// table service gives them, without etag and timestamp.
using System;
using System.Threading.Tasks;
using DurableTask.AzureStorage;
using DurableTask.Core;
using DurableTask.Core.Settings;

class Echo : TaskActivity<string, string>
{
    protected override string Execute(TaskContext context, string input) => input == "large" ? new string('x', 100_000) : input;
}
class Broken : TaskActivity<string, string>
{
    protected override string Execute(TaskContext context, string input) => throw new InvalidOperationException("broken on purpose");
}
class Child : TaskOrchestration<string, string>
{
    public override Task<string> RunTask(OrchestrationContext context, string input) => Task.FromResult("child of " + input);
}
class Probe : TaskOrchestration<string, string>
{
    readonly TaskCompletionSource<string> heard = new TaskCompletionSource<string>();
    public override async Task<string> RunTask(OrchestrationContext context, string input)
    {
        await context.ScheduleTask<string>(typeof(Echo), "small");
        await context.ScheduleTask<string>(typeof(Echo), "large");
        await Task.WhenAll(context.ScheduleTask<string>(typeof(Echo), "left"), context.ScheduleTask<string>(typeof(Echo), "right"));
        try { await context.ScheduleTask<string>(typeof(Broken), "x"); } catch (Exception) { }
        await context.CreateSubOrchestrationInstance<string>(typeof(Child), "child-1", "probe");
        await context.CreateTimer(context.CurrentUtcDateTime.AddSeconds(1), "t");
        context.SendEvent(new OrchestrationInstance { InstanceId = "other" }, "op", "{\"op\":\"offer\"}");
        await heard.Task;
        await context.CreateTimer(context.CurrentUtcDateTime.AddDays(1), "t");
        return "never";
    }
    public override void OnEvent(OrchestrationContext context, string name, string input) => heard.TrySetResult(input);
}
class Again : TaskOrchestration<string, int>
{
    public override async Task<string> RunTask(OrchestrationContext context, int round)
    {
        if (round == 0)
        {
            for (int i = 0; i < 4; i++) await context.ScheduleTask<string>(typeof(Echo), "round");
            context.ContinueAsNew(1);
            return null;
        }
        await context.CreateTimer(context.CurrentUtcDateTime.AddDays(1), "t");
        return "never";
    }
}
class Program
{
    static async Task Main()
    {
        var settings = new AzureStorageOrchestrationServiceSettings
        {
            TaskHubName = "Ratchet",
            StorageAccountClientProvider = new StorageAccountClientProvider(Environment.GetEnvironmentVariable("STORAGE")),
            PartitionCount = 1,
            MaxQueuePollingInterval = TimeSpan.FromMilliseconds(200),
        };
        var service = new AzureStorageOrchestrationService(settings);
        await service.CreateIfNotExistsAsync();
        var worker = new TaskHubWorker(service);
        worker.AddTaskOrchestrations(typeof(Probe), typeof(Child), typeof(Again));
        worker.AddTaskActivities(typeof(Echo), typeof(Broken));
        await worker.StartAsync();
        var client = new TaskHubClient(service);
        var probe = await client.CreateOrchestrationInstanceAsync(typeof(Probe), "probe", "start");
        await client.CreateOrchestrationInstanceAsync(typeof(Again), "again", 0);
        var done = await client.CreateOrchestrationInstanceAsync(typeof(Child), "signal:1 of / # ?", "large".PadRight(80_000, 'y'));
        await client.RaiseEventAsync(probe, "go", "{\"by\":\"jane\"}");
        await client.WaitForOrchestrationAsync(done, TimeSpan.FromSeconds(60));
        for (int i = 0; i < 60; i++)
        {
            await Task.Delay(500);
            var history = await client.GetOrchestrationHistoryAsync(probe);
            if (history.Contains("EventRaised") && history.Split("FireAt").Length >= 4) break;
        }
        await Task.Delay(2000);
        await worker.StopAsync(true);
        await client.CreateOrchestrationInstanceAsync("retrain", "", "pending", "unread");
        Console.WriteLine("captured");
    }
}
