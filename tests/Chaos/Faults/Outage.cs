using System;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using CodePipeline.ThirdParty.Configuration;
using CodePipeline.ThirdParty.Connections;
using CodePipeline.ThirdParty.Tests;

namespace CodePipeline.ThirdParty.Chaos.Faults;

/// <summary>An unreachable endpoint.</summary>
internal sealed class Outage : IDisposable
{
    private readonly Socket? _taken;
    private readonly FlakyProxy? _server;
    private readonly X509Certificate2? _certificate;
    private readonly Func<ClientSettings, ClientSettings> _change;

    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    /// <param name="target">The endpoint that would be reachable.</param>
    public Outage(string kind, Uri target)
    {
        // Bind the port without listening, so that no other process gets it.
        string Refused()
        {
            return $"http://127.0.0.1:{((IPEndPoint)_taken!.LocalEndPoint!).Port}/";
        }

        switch (kind)
        {
            case "no such name":
                (Fault, _change) = (ConnectionFault.NameNotResolved, To("http://nothing.invalid/"));
                break;
            case "nobody listens":
                _taken = Take();
                (Fault, _change) = (ConnectionFault.Unreachable, To(Refused()));
                break;
            case "no trust":
                _certificate = TestAuthority.SelfSigned();
                _server = new FlakyProxy(target, _ => ConnectionFate.Through, _certificate);
                (Fault, _change) = (ConnectionFault.Tls, To(_server.Url));
                break;
            case "handshake cut off":
                _server = new FlakyProxy(target, _ => new ConnectionFate { EndsAtOnce = true });
                (Fault, _change) = (ConnectionFault.Unreachable, To(_server.Url.Replace("http:", "https:")));
                break;
            case "dropped":
                _server = new FlakyProxy(target, _ => new ConnectionFate { EndsAtOnce = true });
                (Fault, _change) = (ConnectionFault.Unreachable, To(_server.Url));
                break;
            case "no proxy":
                _taken = Take();
                string proxy = Refused();
                (Fault, _change) = (ConnectionFault.Unreachable, settings => settings with { Proxy = proxy });
                break;
            default:
                throw new ArgumentException("Unknown outage.", nameof(kind));
        }
    }

    public static string[] Kinds { get; } =
        ["no such name", "nobody listens", "no trust", "handshake cut off", "dropped", "no proxy"];

    /// <summary>The fault that a client detects.</summary>
    public ConnectionFault Fault { get; }

    /// <summary>Returns settings for a client that uses this endpoint.</summary>
    public ClientSettings Of(ClientSettings settings) => _change(settings);

    public void Dispose()
    {
        _taken?.Dispose();
        _server?.Dispose();
        _certificate?.Dispose();
    }

    private static Func<ClientSettings, ClientSettings> To(string url) =>
        settings => settings with { EndpointUrl = url, S3EndpointUrl = url };

    private static Socket Take()
    {
        var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return taken;
    }
}
