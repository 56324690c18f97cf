using System;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CodePipeline.ThirdParty.Tests;

/// <summary>A certificate authority for one test: a root, an intermediate and a server certificate.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly X509Certificate2 _root = Issue($"CN=Test Root {Guid.NewGuid()}", issuer: null, isAuthority: true);
    private readonly X509Certificate2 _intermediate;
    private readonly X509Certificate2 _server;

    /// <summary>Creates an authority.</summary>
    /// <param name="address">The IP address of the server certificate.</param>
    /// <param name="purpose">
    /// The object identifier of the extended key usage; <see langword="null"/> for any usage.
    /// </param>
    public TestAuthority(string address = "127.0.0.1", string? purpose = null)
    {
        _intermediate = Issue("CN=Test Intermediate", _root, isAuthority: true);
        _server = Issue("CN=Test Server", _intermediate, isAuthority: false, address, purpose);
    }

    /// <summary>The root in PEM form.</summary>
    public string RootPem => _root.ExportCertificatePem();

    /// <summary>The certificate chain of the server: its certificate and the intermediate.</summary>
    public SslStreamCertificateContext Server => SslStreamCertificateContext.Create(
        _server, new X509Certificate2Collection { _intermediate, _root }, offline: true);

    public static X509Certificate2 SelfSigned() => Issue("CN=Self", issuer: null, isAuthority: false, "127.0.0.1");

    public void Dispose()
    {
        _server.Dispose();
        _intermediate.Dispose();
        _root.Dispose();
    }

    private static X509Certificate2 Issue(string name, X509Certificate2? issuer, bool isAuthority,
        string? address = null, string? purpose = null)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, critical: true));
        if (address is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(IPAddress.Parse(address));
            request.CertificateExtensions.Add(names.Build());
        }

        if (purpose is not null)
        {
            request.CertificateExtensions.Add(
                new X509EnhancedKeyUsageExtension(new OidCollection { new Oid(purpose) }, critical: false));
        }

        DateTimeOffset now = DateTimeOffset.UtcNow;
        if (issuer is null)
        {
            return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(2));
        }

        using X509Certificate2 issued = request.Create(
            issuer, now.AddDays(-1), now.AddDays(1), RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }
}
