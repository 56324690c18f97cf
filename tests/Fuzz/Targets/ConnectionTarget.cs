using System;
using System.Collections.Generic;
using System.IO;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using CodePipeline.ThirdParty.Client;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Emulation;
using CodePipeline.ThirdParty.Fuzz.Making;

namespace CodePipeline.ThirdParty.Fuzz.Targets;

/// <summary>Sends bytes over a real connection. The emulator must close it and keep serving others.</summary>
internal sealed class ConnectionTarget : FuzzTarget
{
    private const int CasesBetweenCalls = 50;

    private readonly HttpTarget _maker = new();
    private readonly ThirdPartyEmulator _emulator = ThirdPartyEmulator.Start(
        new EmulatorOptions { ActionTypes = [EmulatorBench.Type] });
    private readonly ThirdPartyJobClient _client;
    private int _runs;

    public ConnectionTarget() => _client = new ThirdPartyJobClient(new ClientSettings
    {
        Region = _emulator.Region, EndpointUrl = _emulator.Endpoint.AbsoluteUri, AccessKey = _emulator.AccessKeyId,
        SecretKey = _emulator.SecretAccessKey,
        MaxAttempts = 1,
    });

    public override string Name => "connection";

    public override int Cases => 100_000;

    public override int TestCases => 300;

    public override bool UsesThreads => true;

    public override long Allowance(int length) => 6 << 20 | (length * 300L);

    public override IReadOnlyList<byte[]> Words => _maker.Words;

    public override byte[] Make(Draw draw) => _maker.Make(draw);

    public override string Run(byte[] input)
    {
        using TcpClient connection = new();
        connection.Connect(_emulator.Endpoint.Host, _emulator.Endpoint.Port);
        connection.ReceiveTimeout = 20_000;
        NetworkStream stream = connection.GetStream();
        using MemoryStream answer = new();
        string end = "ended";
        try
        {
            stream.Write(input);
            connection.Client.Shutdown(SocketShutdown.Send);
            byte[] buffer = new byte[16 * 1024];
            for (int read; (read = stream.Read(buffer, 0, buffer.Length)) > 0;)
            {
                answer.Write(buffer, 0, read);
            }
        }
        catch (IOException error)
            when (error.InnerException is SocketException { SocketErrorCode: SocketError.TimedOut })
        {
            throw new FuzzException("A connection got no response and was not closed.");
        }
        catch (IOException)
        {
            // The emulator closed the connection while bytes were being sent.
            end = "reset";
        }

        string text = Encoding.Latin1.GetString(answer.ToArray());
        Hold(text.Length == 0 || text.StartsWith("HTTP/1.1 ", StringComparison.Ordinal), "The response is not HTTP.");
        if (++_runs % CasesBetweenCalls == 0)
        {
            _client.PollForThirdPartyJobsAsync(EmulatorBench.Type, 1, CallOptions.Quiet, CancellationToken.None)
                .GetAwaiter().GetResult();
        }

        return end + (text.Length > 12 ? text[9..12] : string.Empty) + Count(text.Split("HTTP/1.1 ").Length);
    }

    protected override void Release()
    {
        _client.Dispose();
        _emulator.Dispose();
        _maker.Dispose();
    }
}
