using System;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using CodePipeline.ThirdParty.Emulation.Http;

namespace CodePipeline.ThirdParty.Fuzz.Targets;

/// <summary>The bytes of a connection to the emulator, read as consecutive requests.</summary>
internal abstract class RequestTarget : FuzzTarget
{
    // Replace the emulator regularly, so that state does not accumulate.
    private const int CasesOfABench = 500;

    private EmulatorBench _bench = new();
    private int _runs;

    public override long Allowance(int length) => 3 << 20 | (length * 300L);

    public override void Prepare()
    {
        if (++_runs % CasesOfABench == 0)
        {
            _bench.Dispose();
            _bench = new EmulatorBench();
        }
    }

    public override string Run(byte[] input)
    {
        byte[] bytes = _bench.Fill(input);
        using ClientStream client = new(bytes);
        HttpRequestReader reader = new(client);
        string outcome = string.Empty;
        try
        {
            for (int i = 0; i < 50; i++)
            {
                if (EmulatorBench.Read(reader) is not HttpRequest call)
                {
                    break;
                }

                Sign(_bench, call, bytes);
                HttpResponse answer = _bench.Answer(call);
                Hold(answer.StatusCode is 0 or (>= 200 and < 600), "A response has no status.");
                Hold(answer.ErrorName is not ("InternalFailure" or "InternalError"), "The emulator failed.");
                if (i < 3)
                {
                    outcome += $"{answer.StatusCode}{answer.ErrorName} {After(answer)}";
                }

                if (call.IsLast || call.BodyStream!.AwaitsContinue)
                {
                    break;
                }
            }
        }
        catch (Exception error) when (error is HttpFormatException or EndOfStreamException)
        {
            // The connection is rejected, or its client disconnected within a request.
            outcome += error is HttpFormatException ? Shape(error) : "ended";
        }

        return outcome;
    }

    protected override void Release() => _bench.Dispose();

    /// <summary>Prepares a request before the emulator processes it.</summary>
    protected virtual void Sign(EmulatorBench bench, HttpRequest call, byte[] input)
    {
    }

    protected virtual string After(HttpResponse answer) => string.Empty;

    protected static byte[] Request(string head, byte[] body) =>
        [
            .. Encoding.UTF8.GetBytes(head.ReplaceLineEndings("\r\n") + $"\r\nContent-Length: {body.Length}\r\n\r\n"),
            .. body,
        ];
}

/// <summary>A connection that returns the bytes of the client and discards the responses.</summary>
internal sealed class ClientStream(byte[] bytes) : MemoryStream(bytes)
{
    public override Task WriteAsync(
        byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        Task.CompletedTask;
}
