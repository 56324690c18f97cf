using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using CodePipeline.ThirdParty.Emulation.Http;

namespace CodePipeline.ThirdParty.Emulation.S3;

/// <summary>Reads and writes S3's XML.</summary>
internal static class S3Xml
{
    internal const string ContentType = "application/xml";

    private const string Namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

    // Keys may contain characters that are invalid in XML. S3 writes them unless the request asks for encoding.
    private static readonly XmlWriterSettings s_settings = new()
    {
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        CheckCharacters = false,
    };

    /// <summary>Creates a 200 response with a root element in S3's namespace.</summary>
    internal static HttpResponse Response(
        string root, Action<XmlWriter> content, IReadOnlyList<KeyValuePair<string, string>>? headers = null) =>
        new(200, ContentType, Write(root, Namespace, content))
        {
            RequestIdHeader = S3Service.RequestIdHeader,
            Headers = headers ?? Array.Empty<KeyValuePair<string, string>>(),
        };

    internal static HttpResponse Error(S3Exception error, string requestId, string resource)
    {
        byte[] body = Write("Error", ns: null, xml =>
        {
            xml.WriteElementString("Code", error.Code);
            xml.WriteElementString("Message", error.Message);
            foreach (KeyValuePair<string, string> detail in error.Details)
            {
                xml.WriteElementString(detail.Key, detail.Value);
            }

            xml.WriteElementString("Resource", resource);
            xml.WriteElementString("RequestId", requestId);
            xml.WriteElementString("HostId", S3Service.HostId);
        });
        return new HttpResponse(error.StatusCode, ContentType, body, error.Code)
        {
            RequestIdHeader = S3Service.RequestIdHeader,
            Headers = error.BucketRegion is null
                ? Array.Empty<KeyValuePair<string, string>>()
                : new[] { new KeyValuePair<string, string>("x-amz-bucket-region", error.BucketRegion) },
        };
    }

    internal static void Element(this XmlWriter xml, string name, string? value)
    {
        if (value is not null)
        {
            xml.WriteElementString(name, value);
        }
    }

    internal static void Element(this XmlWriter xml, string name, long value) =>
        xml.WriteElementString(name, value.ToString(CultureInfo.InvariantCulture));

    internal static void Element(this XmlWriter xml, string name, DateTimeOffset time) => xml.WriteElementString(
        name, time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));

    internal static void Element(this XmlWriter xml, string name, Action content)
    {
        xml.WriteStartElement(name);
        content();
        xml.WriteEndElement();
    }

    /// <summary>Reads the children of the root element, ignoring namespaces.</summary>
    /// <exception cref="S3Exception">The XML is malformed or has another root element.</exception>
    internal static IReadOnlyList<XElement> Read(byte[] body, string root)
    {
        XmlReaderSettings settings = new()
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            CheckCharacters = false,
        };
        try
        {
            using XmlReader reader = XmlReader.Create(new MemoryStream(body), settings);
            XElement element = XElement.Load(reader);
            return element.Name.LocalName == root ? element.Elements().ToArray() : throw S3Exception.MalformedXml();
        }
        catch (XmlException)
        {
            throw S3Exception.MalformedXml();
        }
    }

    internal static string? Child(this XElement element, string name) =>
        element.Elements().FirstOrDefault(each => each.Name.LocalName == name)?.Value;

    private static byte[] Write(string root, string? ns, Action<XmlWriter> content)
    {
        using MemoryStream body = new();
        using (XmlWriter xml = XmlWriter.Create(body, s_settings))
        {
            xml.WriteStartElement(root, ns);
            content(xml);
            xml.WriteEndElement();
        }

        return body.ToArray();
    }
}
