using System;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace CodePipeline.ThirdParty.Emulation;

/// <summary>Starts an HTTP listener on loopback, on a given or a free port.</summary>
internal static class ListenerStarter
{
    private const int Attempts = 20;

    // Windows lets everyone listen on "localhost" by name only; elsewhere the address needs no name resolution.
    private static readonly string s_host =
        RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? "localhost" : "127.0.0.1";

    internal static HttpListener Start(int port, out Uri endpoint)
    {
        Exception? failure = null;
        for (int attempt = 0; attempt < (port == 0 ? Attempts : 1); attempt++)
        {
            // Another process can take the free port before we do: then try another one.
            int candidate = port == 0 ? FreePort() : port;
            string prefix = string.Format(CultureInfo.InvariantCulture, "http://{0}:{1}/", s_host, candidate);
            HttpListener listener = new() { IgnoreWriteExceptions = true };
            try
            {
                listener.Prefixes.Add(prefix);
                listener.Start();
                endpoint = new Uri(prefix);
                return listener;
            }
            catch (Exception e) when (e is HttpListenerException or SocketException)
            {
                failure = e;
                listener.Abort();
            }
        }

        throw port == 0
            ? new EmulatorStartException(
                "The emulator found no port on loopback that it may listen on.",
                "Check whether this account may listen on loopback, or name a port.",
                failure)
            : new EmulatorStartException(
                $"The emulator cannot listen on port {port.ToString(CultureInfo.InvariantCulture)}: {failure!.Message}",
                "Use port 0 for a free port, or stop what listens on this one.",
                failure);
    }

    private static int FreePort()
    {
        TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        try
        {
            return ((IPEndPoint)probe.LocalEndpoint).Port;
        }
        finally
        {
            probe.Stop();
        }
    }
}
